import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { AnswerMessage } from '@/features/session/messages/AnswerMessage';
import type { ListItem } from '@/features/session/messages/listItems';
import { OutgoingMessage } from '@/features/session/messages/OutgoingMessage';
import { UserMessage } from '@/features/session/messages/UserMessage';
import { formatDay } from '@/lib/time';
import { classNames } from '@/lib/ui/classNames';
import { useNow } from '@/lib/useNow';

interface MessageItemProps {
  item: ListItem;
  /** It is what the reader came for. */
  isMarked: boolean;
  onEdit: (clientRequestId: string) => void;
}

/** A bar beside it, over its whole height. */
const MARKED = classNames(
  'relative before:absolute before:inset-y-0 before:-left-4 before:w-1 before:rounded-tiny',
  'before:bg-accent max-phone:before:-left-2.5',
);

/** One row of the list: a message with the distance, or the day, above it. */
export function MessageItem({ item, isMarked, onEdit }: MessageItemProps) {
  const body = <ItemBody item={item} onEdit={onEdit} />;
  return (
    <div className={classNames('mx-auto max-w-140', !item.startsDay && spaceAbove(item))}>
      {item.startsDay && <DayDivider at={item.at} />}
      {isMarked ? (
        <div aria-current="true" className={MARKED}>
          {body}
        </div>
      ) : (
        body
      )}
    </div>
  );
}

function ItemBody({ item, onEdit }: Omit<MessageItemProps, 'isMarked'>) {
  const runner = useTurnRunner();
  const { message, outgoing } = item;
  if (outgoing) {
    return (
      <OutgoingMessage
        outgoing={outgoing}
        onRetry={() => runner.retry(outgoing.clientRequestId)}
        onEdit={() => onEdit(outgoing.clientRequestId)}
      />
    );
  }
  if (!message) return null;
  if (item.speaker === 'user') return <UserMessage message={message} />;
  return <AnswerMessage message={message} isInLine={item.isInLine} isLast={item.isLast} />;
}

/** Distances are inside the row, or they would escape its measurement. */
function spaceAbove({ above, speaker }: ListItem): string {
  if (above === null) return '';
  if (speaker === 'user') return above.speaker === 'user' ? 'pt-3' : 'pt-6';
  return 'pt-4';
}

function DayDivider({ at }: { at: string }) {
  const now = useNow();
  return (
    <div className="flex h-14 items-center gap-4 text-note text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {formatDay(new Date(at), now)}
    </div>
  );
}
