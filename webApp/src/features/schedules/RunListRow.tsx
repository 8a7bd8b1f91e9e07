import { Check, CircleAlert, CircleSlash, Hourglass } from 'lucide-react';
import { Link } from 'react-router';

import type { Schedule, ScheduledRun } from '@/api/schema';
import { explainRun, hasFailed, nameStatus } from '@/features/schedules/describeRun';
import { useRunNow } from '@/features/schedules/ScheduleActions';
import { formatDuration, formatMoment } from '@/features/schedules/scheduleTimes';
import { Button } from '@/lib/ui/Button';
import { classNames } from '@/lib/ui/classNames';
import { PulseDot } from '@/lib/ui/PulseDot';
import { useNow } from '@/lib/useNow';

interface RunListRowProps {
  schedule: Schedule;
  run: ScheduledRun;
  isNewest: boolean;
}

/** One run: how it ended, when it was due, how long it took, and the way to its session. */
export function RunListRow({ schedule, run, isNewest }: RunListRowProps) {
  const now = useNow();
  const moment = formatMoment(new Date(run.scheduled_for), now);
  return (
    <li className="flex min-h-14 items-center gap-3 border-t border-line py-2 first:border-t-0">
      <span className="grid size-5 flex-none place-items-center">
        <RunGlyph status={run.status} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="text-sm max-phone:text-base">
          <span className={classNames(hasFailed(run) && 'text-failed')}>
            {nameStatus(run.status)}
          </span>{' '}
          <time dateTime={run.scheduled_for} className="text-soft first-letter:uppercase">
            {moment}
          </time>
        </p>
        <p className="text-note text-muted first-letter:uppercase empty:hidden">{detailsOf(run)}</p>
      </div>
      {isNewest && hasFailed(run) && <RunAgainButton schedule={schedule} />}
      {run.session_id !== null && (
        <Link
          to={`/sessions/${encodeURIComponent(run.session_id)}`}
          aria-label={`Open the session of ${moment}`}
          className="relative flex h-8 flex-none items-center rounded-box px-2 text-note font-semibold text-accent hover:bg-hover max-phone:after:absolute max-phone:after:-inset-1.5"
        >
          Open
        </Link>
      )}
    </li>
  );
}

function RunAgainButton({ schedule }: { schedule: Schedule }) {
  const { isBusy, start } = useRunNow(schedule);
  return (
    <Button disabled={isBusy} onClick={start}>
      Run again
    </Button>
  );
}

function RunGlyph({ status }: { status: ScheduledRun['status'] }) {
  switch (status) {
    case 'waiting':
      return <Hourglass aria-hidden size={16} className="text-icon-small" />;
    case 'running':
      return <PulseDot />;
    case 'completed':
      return <Check aria-hidden size={16} className="text-icon" />;
    case 'failed':
    case 'dead':
      return <CircleAlert aria-hidden size={16} className="text-failed" />;
    case 'missed':
    case 'skipped':
      return <CircleSlash aria-hidden size={16} className="text-icon-small" />;
  }
}

/** How long it took, who started it, at which try, and why it gave nothing. */
function detailsOf(run: ScheduledRun): string {
  const facts = [
    run.duration_seconds !== null && formatDuration(run.duration_seconds),
    run.trigger === 'manual' && 'started by hand',
    run.attempt > 1 && `attempt ${run.attempt}`,
    explainRun(run),
  ];
  return facts.filter(Boolean).join(' · ');
}
