import { ChevronRight, CircleAlert } from 'lucide-react';

import type { ScheduledRun } from '@/api/schema';
import type { RunSchedule } from '@/features/picker/pickerItems';
import { rowAttributes, type RowProps } from '@/features/picker/rowProps';
import { formatCount } from '@/lib/formatCount';
import { formatRowTime } from '@/lib/time';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { classNames } from '@/lib/ui/classNames';
import { PulseDot } from '@/lib/ui/PulseDot';

/** The server counts runs no further. */
const RUN_COUNT_LIMIT = 1000;

interface ScheduleRowProps extends RowProps {
  schedule: RunSchedule;
  now: Date;
  isUnfolded: boolean;
  /** One of its runs is open, and folded away. */
  holdsOpenSession: boolean;
  onToggle: () => void;
}

/** All runs of a schedule in one line; pressed, it shows them one by one. */
export function ScheduleRow(props: ScheduleRowProps) {
  const { schedule, now, isUnfolded, holdsOpenSession, onToggle } = props;
  const count = schedule.run_count;
  return (
    <button
      type="button"
      aria-expanded={isUnfolded}
      className={classNames(
        'flex h-10 w-full items-center gap-3 rounded-box px-2 text-left max-phone:h-13',
        holdsOpenSession ? 'bg-selected' : 'hover:bg-hover',
      )}
      onClick={onToggle}
      {...rowAttributes(props)}
    >
      <ChannelTile channel="scheduled" className="size-7 max-phone:size-9" />
      <span className="flex min-w-0 flex-1 items-baseline gap-1">
        <span className="min-w-0 flex-initial truncate text-sm max-phone:text-base">
          {schedule.title}
        </span>
        {/* What finds no room wraps out of sight: first the count, never the last result. */}
        <span className="flex h-4 min-w-min flex-[0_1000_auto] flex-row-reverse flex-wrap justify-end gap-x-1 overflow-hidden text-xs whitespace-nowrap text-muted max-phone:h-5 max-phone:text-note">
          <LastResult run={schedule.last_run} now={now} />
          <span>
            · {formatCount(count, RUN_COUNT_LIMIT)} {count === 1 ? 'run' : 'runs'}
          </span>
        </span>
      </span>
      <ChevronRight
        aria-hidden
        size={16}
        className={classNames(
          'text-icon-small transition-transform duration-150',
          isUnfolded && 'rotate-90',
        )}
      />
    </button>
  );
}

function LastResult({ run, now }: { run: ScheduledRun; now: Date }) {
  const time = (
    <time dateTime={run.scheduled_for}>{formatRowTime(new Date(run.scheduled_for), now)}</time>
  );
  switch (run.status) {
    case 'waiting':
    case 'running':
      return (
        <span>
          · <PulseDot className="mx-0.5" /> running
        </span>
      );
    case 'failed':
    case 'dead':
      return (
        <span className="text-failed">
          <span className="text-muted">·</span>{' '}
          <CircleAlert aria-hidden size={12} strokeWidth={2.4} className="inline align-[-1px]" />{' '}
          failed {time}
        </span>
      );
    case 'missed':
    case 'skipped':
      return (
        <span>
          · {run.status} {time}
        </span>
      );
    case 'completed':
      return <span>· last {time}</span>;
  }
}
