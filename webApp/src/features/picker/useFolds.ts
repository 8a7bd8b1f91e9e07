import { useMemo } from 'react';

import { useScheduleSessions } from '@/api/hooks/useScheduleHooks';
import type { Fold, RunSchedule } from '@/features/picker/pickerItems';
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
  const folds = useMemo(
    () =>
      new Map(
        pages.map(({ data, isError }, index): [string, Fold] => [
          ids[index] ?? '',
          {
            sessions: data?.sessions,
            hasMore: (data?.next_cursor ?? null) !== null,
            hasFailed: isError && !data,
          },
        ]),
      ),
    [pages, ids],
  );
  const retry = (id: string) => void pages[ids.indexOf(id)]?.refetch();
  return { folds, toggle, retry };
}
