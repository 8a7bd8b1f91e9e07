import { type QueryClient, useQueryClient } from '@tanstack/react-query';

import { describeError } from '@/api/apiError';
import type { ChannelLink } from '@/api/schema';
import { deleteTelegramLink } from '@/api/telegramLinks';
import { nameAccount } from '@/features/telegram/nameAccount';
import { beginRemoval, undoRemoval, useRemovals } from '@/lib/removals';
import { formatDate } from '@/lib/time';
import { toastError } from '@/lib/toast';
import { Button } from '@/lib/ui/Button';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { classNames } from '@/lib/ui/classNames';

/** One linked account, which can be removed. */
export function AccountRow({ link }: { link: ChannelLink }) {
  const queryClient = useQueryClient();
  const isLeaving = useRemovals(({ ids }) => ids.includes(link.id));
  return (
    <li className="flex min-h-14 items-center gap-3 border-t border-line py-2 first:border-t-0 max-phone:min-h-16">
      <ChannelTile channel="telegram" className="size-7 max-phone:size-9" />
      <div className="min-w-0 flex-1">
        <p
          className={classNames(
            'truncate text-sm max-phone:text-base',
            isLeaving ? 'text-muted line-through' : 'text-text',
          )}
        >
          {nameAccount(link)}
        </p>
        <p role="status" className="text-xs text-muted max-phone:text-note">
          {isLeaving ? 'Removed. New messages will not go there.' : <LinkState link={link} />}
        </p>
      </div>
      {/* One button with changing words, so that it keeps the focus. */}
      <Button
        onClick={() => (isLeaving ? undoRemoval(link.id) : remove(queryClient, link))}
        aria-label={`${isLeaving ? 'Undo removing' : 'Remove'} ${nameAccount(link)}`}
      >
        {isLeaving ? 'Undo' : 'Remove'}
      </Button>
    </li>
  );
}

function remove(queryClient: QueryClient, link: ChannelLink): void {
  beginRemoval([link.id], () =>
    deleteTelegramLink(queryClient, link.id).catch((error: unknown) => {
      toastError(`${describeError(error)} ${nameAccount(link)} is still linked.`);
    }),
  );
}

function LinkState({ link }: { link: ChannelLink }) {
  if (link.status === 'blocked') {
    return (
      <span className="text-failed">
        The bot is blocked there. Unblock it in Telegram and write to it.
      </span>
    );
  }
  return (
    <>
      Linked on <time dateTime={link.created_at}>{formatDate(new Date(link.created_at))}</time>
    </>
  );
}
