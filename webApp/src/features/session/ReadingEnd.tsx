import { ArrowDown } from 'lucide-react';

import { describeError } from '@/api/apiError';
import { useSwitchBranch } from '@/api/hooks/useBranchHooks';
import type { Reading } from '@/features/session/useReading';
import { toastError } from '@/lib/toast';
import { Button } from '@/lib/ui/Button';

/** Over messages that are read apart: the way back, and what they are where that says something. */
export function ReadingEnd({ sessionId, reading }: { sessionId: string; reading: Reading }) {
  const { around, target, leave } = reading;
  const switchBranch = useSwitchBranch(sessionId);
  const isOtherVersion = around.data?.isInUse === false;
  const use = () => {
    if (!target) return;
    switchBranch.mutate(target.messageId, {
      onError: (error) => toastError(`${describeError(error)} The other version stays in use.`),
    });
  };
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-0 flex justify-center bg-linear-to-t from-page from-33% to-transparent px-4 pt-10 pb-3">
      <div className="pointer-events-auto flex flex-wrap items-center justify-center gap-2 text-note">
        {isOtherVersion && (
          <>
            <p className="text-muted">An earlier version of this session.</p>
            <Button disabled={switchBranch.isPending} onClick={use}>
              Go on from it
            </Button>
          </>
        )}
        {around.isFetchNextPageError && (
          <Button onClick={() => void around.fetchNextPage()}>
            Could not load more. Try again
          </Button>
        )}
        <Button onClick={leave}>
          <ArrowDown aria-hidden size={16} />
          Back to the newest
        </Button>
      </div>
    </div>
  );
}
