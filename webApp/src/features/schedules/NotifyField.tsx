import { useTelegramLinks } from '@/api/hooks/useTelegramHooks';
import { Button } from '@/lib/ui/Button';

interface NotifyFieldProps {
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  /** Given what was pressed, which gets the focus back. */
  onConnectTelegram: (opener: HTMLElement) => void;
}

/** Whether results go to Telegram as well; says how to link an account where there is none. */
export function NotifyField({ isOn, onChange, onConnectTelegram }: NotifyFieldProps) {
  const { data, isPending } = useTelegramLinks();
  const isLinked = data?.links.some(({ status }) => status === 'active') ?? false;
  return (
    <div className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <label className="flex items-center gap-3 text-sm has-disabled:text-muted max-phone:min-h-11 max-phone:text-base">
        <input
          type="checkbox"
          checked={isOn}
          // What is on can be switched off, whatever has become of the account.
          disabled={!isLinked && !isOn}
          className="size-4 flex-none accent-accent max-phone:size-5"
          onChange={(event) => onChange(event.target.checked)}
        />
        Send each result to Telegram
      </label>
      {!isPending && !isLinked && (
        <Button onClick={(event) => onConnectTelegram(event.currentTarget)}>
          Connect Telegram
        </Button>
      )}
      {!isPending && !isLinked && (
        <p className="-mt-1 basis-full text-note text-muted">
          {isOn
            ? 'No Telegram account is linked any more, so nothing is sent.'
            : 'Link a Telegram account first; results arrive there, and you can answer them.'}
        </p>
      )}
    </div>
  );
}
