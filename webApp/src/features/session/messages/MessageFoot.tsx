import { CircleAlert, Hourglass } from 'lucide-react';

import { describeError } from '@/api/apiError';
import { useRedeliverMessage } from '@/api/hooks/useTelegramHooks';
import type { Message } from '@/api/schema';
import { MessageTime } from '@/features/session/messages/MessageTime';
import { TokenCount } from '@/features/session/messages/TokenCount';
import { CHANNEL_LABELS } from '@/lib/channel';
import { formatClock } from '@/lib/time';
import { toastError } from '@/lib/toast';
import { Button } from '@/lib/ui/Button';

interface MessageFootProps {
  message: Message;
  /** Which model answered, where that matters. */
  model?: string | null;
}

/** Where a message came in, who answered, whether its channel has it, and what it cost. */
export function MessageFoot({ message, model = null }: MessageFootProps) {
  const { delivery, channel } = message;
  if (delivery?.status === 'failed') return <FailedDelivery message={message} />;
  if (delivery?.status === 'waiting') {
    return (
      <span className="flex items-center gap-1.5">
        <Hourglass aria-hidden size={12} strokeWidth={2.4} className="text-icon-small" />
        Waiting to be delivered
      </span>
    );
  }
  if (!delivery) {
    return (
      <span>
        <MessageTime channel={channel} at={message.created_at} model={model} />
        <TokenCount usage={message.usage} />
      </span>
    );
  }
  const at = delivery.delivered_at ?? message.updated_at;
  const words = channel === delivery.channel ? 'via' : model === null ? 'Also in' : 'also in';
  return (
    <span>
      {model !== null && `${model} · `}
      {words} {CHANNEL_LABELS[delivery.channel]} · delivered{' '}
      <time dateTime={at}>{formatClock(new Date(at))}</time>
      <TokenCount usage={message.usage} />
    </span>
  );
}

/** That a message did not arrive, why, and once more; nothing for any other message. */
export function FailedDelivery({ message }: { message: Message }) {
  const redeliver = useRedeliverMessage();
  const { delivery } = message;
  if (delivery?.status !== 'failed') return null;
  const tryAgain = () => {
    redeliver.mutate(message, {
      onError: (error) => toastError(`${describeError(error)} The message still waits here.`),
    });
  };
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1 group-[.items-end]/message:justify-end">
      <span className="text-balance">
        <CircleAlert
          aria-hidden
          size={12}
          strokeWidth={2.4}
          className="mr-1.5 inline align-[-1px] text-failed"
        />
        <span className="text-failed">Not delivered to {CHANNEL_LABELS[delivery.channel]}.</span>{' '}
        {delivery.reason}
      </span>
      <Button
        className="h-7 px-2.5 max-phone:h-8"
        disabled={redeliver.isPending}
        onClick={tryAgain}
      >
        Try again
      </Button>
    </span>
  );
}
