import { useEffect } from 'react';

import { useOlderScheduleSessions } from '@/api/hooks/useScheduleHooks';
import { ListMessage } from '@/features/picker/ListMessage';
import type { Fold, RunSchedule } from '@/features/picker/pickerItems';

/** How many rows stand in for the ones that are loading. */
const SKELETON_ROWS_MAX = 4;

interface FoldEndProps {
  schedule: RunSchedule;
  fold: Fold;
  onRetry: () => void;
}

/** Below the last loaded run of a schedule: coming into sight it loads the next ones. */
export function FoldEnd({ schedule, fold, onRetry }: FoldEndProps) {
  const { mutate: loadOlder, isError } = useOlderScheduleSessions(schedule.schedule_id);
  const loadedCount = fold.sessions?.length ?? 0;
  useEffect(() => {
    if (loadedCount > 0) loadOlder();
  }, [loadedCount, loadOlder]);

  if (fold.hasFailed || isError) {
    return (
      <ListMessage
        sentence="Could not load the runs."
        action="Try again"
        onAction={() => (isError ? loadOlder() : onRetry())}
      />
    );
  }
  const count = loadedCount === 0 ? Math.min(schedule.run_count, SKELETON_ROWS_MAX) : 1;
  return (
    <div aria-hidden className="animate-appear-late">
      {Array.from({ length: count }, (_, index) => (
        <div
          key={index}
          className="flex h-8 items-center px-2 pl-12 max-phone:h-11 max-phone:pl-14"
        >
          <div className="h-2.5 w-3/5 rounded-tiny bg-selected" />
        </div>
      ))}
    </div>
  );
}
