import { useMemo } from 'react';

import { useScheduleSessions } from '@/api/hooks/useScheduleHooks';
import { type PendingChanges, usePendingChanges, withChange } from '@/api/pendingChanges';
import type { Session } from '@/api/schema';
import type { Fold, RunSchedule } from '@/features/picker/pickerItems';
import { useRemovals } from '@/lib/removals';
import { useChatStore } from '@/stores/useChatStore';

/** Which schedules are unfolded, and what is loaded of each. */
export function useFolds(schedules: readonly RunSchedule[]) {
  const unfolded = useChatStore((state) => state.unfoldedScheduleIds);
  const toggle = useChatStore((state) => state.toggleSchedule);
  const ids = useMemo(
    () => schedules.map(({ schedule_id: id }) => id).filter((id) => unfolded.includes(id)),
    [schedules, unfolded],
  );
  const pages = useScheduleSessions(ids);
  const pending = usePendingChanges();
  const leaving = useRemovals((removals) => removals.ids);
  const folds = useMemo(
    () =>
      new Map(
        pages.map(({ data, isError }, index): [string, Fold] => [
          ids[index] ?? '',
          {
            sessions: data && runsToShow(data.sessions, { pending, leaving }),
            hasMore: (data?.next_cursor ?? null) !== null,
            hasFailed: isError && !data,
          },
        ]),
      ),
    [pages, ids, pending, leaving],
  );
  const retry = (id: string) => void pages[ids.indexOf(id)]?.refetch();
  return { folds, toggle, retry };
}

interface Leaving {
  pending: PendingChanges;
  /** Ids of sessions that are being deleted. */
  leaving: readonly string[];
}

/** Runs as they will be; what is deleted or put into the archive has left the fold. */
function runsToShow(runs: readonly Session[], { pending, leaving }: Leaving): Session[] {
  return runs.flatMap((run) => {
    const session = withChange(run, pending.get(run.session_id));
    const isGone = !session || session.archived || leaving.includes(run.session_id);
    return isGone ? [] : [session];
  });
}
