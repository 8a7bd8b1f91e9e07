import { describeError } from '@/api/apiError';
import { useScheduleRuns } from '@/api/hooks/useScheduleHooks';
import type { Schedule } from '@/api/schema';
import { SkeletonLines } from '@/features/schedules/PlaceFrame';
import { RunListRow } from '@/features/schedules/RunListRow';
import { formatCount } from '@/lib/formatCount';
import { Button } from '@/lib/ui/Button';

/** The server counts runs no further. */
const RUN_COUNT_LIMIT = 1000;

/** What came of a schedule so far, newest first. */
export function RunList({ schedule }: { schedule: Schedule }) {
  const list = useScheduleRuns(schedule.schedule_id);
  return (
    <section aria-labelledby="runs">
      <h2 id="runs" className="mb-1 text-sm font-semibold max-phone:text-base">
        Runs{' '}
        {schedule.run_count > 0 && (
          <span className="font-normal text-muted tabular-nums">
            {formatCount(schedule.run_count, RUN_COUNT_LIMIT)}
          </span>
        )}
      </h2>
      <Runs schedule={schedule} list={list} />
    </section>
  );
}

interface RunsProps {
  schedule: Schedule;
  list: ReturnType<typeof useScheduleRuns>;
}

function Runs({ schedule, list }: RunsProps) {
  if (list.isPending) return <SkeletonLines count={Math.min(schedule.run_count, 4)} />;
  if (!list.data) {
    return (
      <div role="alert" className="flex flex-col items-start gap-3 py-2 text-sm text-soft">
        <p>{describeError(list.error)}</p>
        <Button onClick={() => void list.refetch()}>Try again</Button>
      </div>
    );
  }
  if (list.data.length === 0) {
    return <p className="py-2 text-sm text-muted max-phone:text-base">It has not run yet.</p>;
  }
  return (
    <>
      <ul aria-labelledby="runs">
        {list.data.map((run, index) => (
          <RunListRow key={run.run_id} schedule={schedule} run={run} isNewest={index === 0} />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button
          className="mt-3"
          aria-disabled={list.isFetchingNextPage}
          onClick={() => {
            if (!list.isFetchingNextPage) void list.fetchNextPage();
          }}
        >
          {list.isFetchNextPageError ? 'Could not load them. Try again' : 'Show older runs'}
        </Button>
      )}
    </>
  );
}
