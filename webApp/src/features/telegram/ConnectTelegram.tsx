import { describeError } from '@/api/apiError';
import { useWatchedTelegramLinks } from '@/api/hooks/useTelegramHooks';
import { LinkPane } from '@/features/telegram/LinkPane';
import { Button } from '@/lib/ui/Button';
import { Modal } from '@/lib/ui/Modal';

interface ConnectTelegramProps {
  /** What opened it; null while it is closed. */
  opener: HTMLElement | null;
  onClose: () => void;
}

/** Links Telegram accounts to the user, and removes them. */
export function ConnectTelegram({ opener, onClose }: ConnectTelegramProps) {
  return (
    <Modal title="Connect Telegram" opener={opener} onClose={onClose}>
      <Content />
    </Modal>
  );
}

function Content() {
  const { data: state, error, refetch } = useWatchedTelegramLinks();
  if (state) return <LinkPane state={state} />;
  if (error) {
    return (
      <div role="alert" className="flex min-h-44 flex-col items-start gap-3 text-sm text-soft">
        <p>{describeError(error)}</p>
        <Button onClick={() => void refetch()}>Try again</Button>
      </div>
    );
  }
  return (
    <div className="min-h-44">
      <p role="status" className="sr-only">
        Loading
      </p>
      <div aria-hidden className="flex animate-appear-late items-center gap-6">
        <div className="size-44 rounded-box bg-hover max-phone:hidden" />
        <div className="flex flex-1 flex-col gap-3">
          <div className="h-4 rounded-tiny bg-hover" />
          <div className="h-4 w-2/3 rounded-tiny bg-hover" />
        </div>
      </div>
    </div>
  );
}
