import { Send } from 'lucide-react';

import { describeError } from '@/api/apiError';
import { useTelegramInvitation } from '@/api/hooks/useTelegramHooks';
import { QrCode } from '@/features/telegram/QrCode';
import { useSecondsUntil } from '@/features/telegram/useSecondsUntil';
import { Button, LinkButton } from '@/lib/ui/Button';

/** The link, and its code for a phone, that links the account which opens it. */
export function Invitation() {
  const { data: invitation, error, refetch } = useTelegramInvitation();
  if (error && !invitation) {
    return (
      <div role="alert" className="flex flex-col items-start gap-3 text-sm text-soft">
        <p>{describeError(error)} There is no link yet.</p>
        <Button onClick={() => void refetch()}>Try again</Button>
      </div>
    );
  }
  return (
    <div className="flex items-center gap-6 max-phone:flex-col-reverse max-phone:items-stretch max-phone:gap-4">
      <div className="size-44 flex-none rounded-box bg-hover p-px inset-ring inset-ring-line max-phone:mx-auto">
        {invitation && <QrCode text={invitation.url} label="Code of the link" />}
      </div>
      <div className="flex min-h-44 flex-col items-start justify-center gap-4 text-sm text-soft max-phone:min-h-0 max-phone:items-stretch max-phone:text-base">
        <p>
          Open the link on this device, or scan the code with another. Then press Start in Telegram.
        </p>
        {invitation ? (
          <>
            <LinkButton
              look="accent"
              href={invitation.url}
              target="_blank"
              rel="noreferrer"
              className="max-phone:h-11"
            >
              <Send aria-hidden size={16} />
              Open in Telegram
            </LinkButton>
            <TimeLeft key={invitation.endsAt} until={invitation.endsAt} />
          </>
        ) : (
          <div className="h-17" />
        )}
      </div>
    </div>
  );
}

function TimeLeft({ until }: { until: number }) {
  const seconds = useSecondsUntil(until);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <p role="timer" className="text-note text-muted tabular-nums max-phone:text-center">
      {seconds > 0 ? `It works once, for another ${clock}.` : 'Its time is over. Making a new one.'}
    </p>
  );
}
