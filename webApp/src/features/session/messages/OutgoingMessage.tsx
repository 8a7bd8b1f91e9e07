import { Hourglass } from 'lucide-react';

import type { OutgoingMessage as Outgoing } from '@/api/turns/outbox';
import { UserBlock } from '@/features/session/messages/UserBlock';
import { Button } from '@/lib/ui/Button';

interface OutgoingMessageProps {
  outgoing: Outgoing;
  onRetry: () => void;
  onEdit: () => void;
}

/** A message of the user that is on its way, or could not be sent. */
export function OutgoingMessage({ outgoing, onRetry, onEdit }: OutgoingMessageProps) {
  const foot =
    outgoing.problem === null ? (
      <span className="flex items-center gap-1.5">
        <Hourglass aria-hidden size={12} strokeWidth={2.4} className="text-icon-small" />
        {outgoing.isDelayed ? 'Waiting to be sent' : 'Sending'}
        {outgoing.isDelayed && (
          <Button className="ml-1.5 h-7 px-2.5" onClick={onEdit}>
            Edit
          </Button>
        )}
      </span>
    ) : (
      <span role="alert" className="flex flex-wrap items-center justify-end gap-x-3 gap-y-2">
        <span className="text-balance">{outgoing.problem} Your message is kept.</span>
        <span className="flex gap-2">
          <Button className="h-7 px-2.5" onClick={onRetry}>
            Try again
          </Button>
          <Button className="h-7 px-2.5" onClick={onEdit}>
            Edit
          </Button>
        </span>
      </span>
    );
  return <UserBlock text={outgoing.content} attachments={outgoing.attachments ?? []} foot={foot} />;
}
