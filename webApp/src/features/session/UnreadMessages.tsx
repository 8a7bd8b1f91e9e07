import { describeError } from '@/api/apiError';
import { useIsOnline } from '@/api/hooks/useIsOnline';
import type { OutgoingMessage } from '@/api/turns/outbox';
import { MessageList } from '@/features/session/messages/MessageList';
import { StatusPage } from '@/lib/ui/StatusPage';

interface UnreadMessagesProps {
  sessionId: string;
  error: Error | null;
  outgoing: readonly OutgoingMessage[];
  onEdit: (clientRequestId: string) => void;
  onRetry: () => void;
}

const NONE_READ: never[] = [];
const NOTHING_ABOVE = () => undefined;

/** In place of messages that could not be read: why that is, and what waits to follow them. */
export function UnreadMessages(props: UnreadMessagesProps) {
  const { sessionId, error, outgoing, onEdit, onRetry } = props;
  const isOnline = useIsOnline();
  if (outgoing.length > 0) {
    return (
      <MessageList
        sessionId={sessionId}
        messages={NONE_READ}
        outgoing={outgoing}
        hasMoreAbove
        top={isOnline ? describeError(error) : 'What was said before is not on this device yet.'}
        onNearTop={NOTHING_ABOVE}
        onEdit={onEdit}
      />
    );
  }
  if (!isOnline) {
    return (
      <div role="status" className="grid min-h-0 flex-1 place-content-center gap-1 p-6 text-center">
        <p className="text-base text-soft">This session is not on this device yet.</p>
        <p className="text-note text-muted">It opens as soon as the connection is back.</p>
      </div>
    );
  }
  return (
    <div className="min-h-0 flex-1">
      <StatusPage sentence={describeError(error)} action="Try again" onAction={onRetry} />
    </div>
  );
}
