import { describeError } from '@/api/apiError';
import type { useSchedulePreview } from '@/api/hooks/useScheduleHooks';
import { formatClockIn, formatPlanned } from '@/features/schedules/scheduleTimes';
import { nameTimeZone, ownTimeZone } from '@/features/schedules/timeZones';
import { Button } from '@/lib/ui/Button';
import { classNames } from '@/lib/ui/classNames';

interface NextRunsProps {
  preview: ReturnType<typeof useSchedulePreview>;
  timezone: string;
  /** The expression is refused, which is said where it stands. */
  isRefused: boolean;
}

/** What the chosen time means and the next five runs; its height is always the same. */
export function NextRuns({ preview, timezone, isRefused }: NextRunsProps) {
  const { data, error, isPlaceholderData, refetch } = preview;
  return (
    <section
      aria-label="Next runs"
      aria-busy={isPlaceholderData}
      className="min-h-42 rounded-box bg-side px-4 py-3 text-sm inset-ring inset-ring-line max-phone:text-base"
    >
      {error && !isRefused ? (
        <div role="alert" className="flex flex-col items-start gap-3 text-soft">
          <p>{describeError(error)}</p>
          <Button onClick={() => void refetch()}>Try again</Button>
        </div>
      ) : data && !isRefused ? (
        <div className={classNames(isPlaceholderData && '**:text-muted')}>
          <p className="font-semibold">{data.description}</p>
          <PlannedTimes instants={data.next_runs_at} timezone={timezone} />
        </div>
      ) : (
        <p className="text-muted">The next five runs appear here.</p>
      )}
    </section>
  );
}

interface PlannedTimesProps {
  instants: readonly string[];
  timezone: string;
}

/** Instants in the schedule's time zone, and in the reader's where that is another time. */
export function PlannedTimes({ instants, timezone }: PlannedTimesProps) {
  return (
    <ol className="mt-2 flex flex-col gap-1 text-soft tabular-nums">
      {instants.map((instant) => {
        const at = new Date(instant);
        const own = formatClockIn(at, ownTimeZone());
        return (
          <li key={instant}>
            <time dateTime={instant}>{formatPlanned(at, timezone)}</time>
            {own !== formatClockIn(at, timezone) && (
              <span className="text-muted"> ({own} where you are)</span>
            )}
          </li>
        );
      })}
      {instants.length === 0 && <li>No time fits.</li>}
    </ol>
  );
}

/** The name of a time zone where it is not the reader's own. */
export function foreignTimeZone(timezone: string): string | null {
  return timezone === ownTimeZone() ? null : nameTimeZone(timezone);
}
