import { CircleAlert, Pause } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'react-router';

import type { Schedule } from '@/api/schema';
import { hasFailed, isGoing } from '@/features/schedules/describeRun';
import { foreignTimeZone } from '@/features/schedules/NextRuns';
import { formatMoment } from '@/features/schedules/scheduleTimes';
import { undoRemoval, useRemovals } from '@/lib/removals';
import { Button } from '@/lib/ui/Button';
import { ChannelTile } from '@/lib/ui/ChannelTile';
import { classNames } from '@/lib/ui/classNames';
import { PulseDot } from '@/lib/ui/PulseDot';
import { useNow } from '@/lib/useNow';

/** One schedule: what it is called, when it runs, and how it stands. */
export function ScheduleListRow({ schedule }: { schedule: Schedule }) {
  const id = schedule.schedule_id;
  const isLeaving = useRemovals(({ ids }) => ids.includes(id));
  const zone = foreignTimeZone(schedule.timezone);
  return (
    <li className="relative -mx-2 flex min-h-16 items-center gap-3 rounded-box px-2 not-first:before:absolute not-first:before:inset-x-2 not-first:before:top-0 not-first:before:h-px not-first:before:bg-line hover:bg-hover has-[a:focus-visible]:outline-2 has-[a:focus-visible]:-outline-offset-2 has-[a:focus-visible]:outline-accent">
      <ChannelTile
        channel="scheduled"
        className={classNames('size-7 max-phone:size-9', !schedule.is_enabled && 'opacity-60')}
      />
      <div className="min-w-0 flex-1 py-2">
        <p
          className={classNames(
            'truncate text-sm max-phone:text-base',
            isLeaving && 'text-muted line-through',
          )}
        >
          {isLeaving ? (
            schedule.title
          ) : (
            <Link
              to={`/schedules/${id}`}
              className="outline-none after:absolute after:inset-0 after:rounded-box"
            >
              {schedule.title}
            </Link>
          )}
        </p>
        <p className="truncate text-xs text-muted max-phone:text-note">
          {schedule.description}
          {zone !== null && `, ${zone}`}
        </p>
      </div>
      {isLeaving ? <UndoButton schedule={schedule} /> : <Standing schedule={schedule} />}
    </li>
  );
}

/** Whoever deleted it on its own page finds the way back under the keyboard. */
function UndoButton({ schedule }: { schedule: Schedule }) {
  const ref = useRef<HTMLButtonElement>(null);
  const { state } = useLocation() as { state: unknown };
  const wasDeletedNow =
    typeof state === 'object' &&
    state !== null &&
    'deletedId' in state &&
    state.deletedId === schedule.schedule_id;
  useEffect(() => {
    if (wasDeletedNow) ref.current?.focus();
  }, [wasDeletedNow]);
  return (
    <>
      <p role="status" className="text-xs text-muted max-phone:text-note">
        Deleted
      </p>
      <Button
        ref={ref}
        aria-label={`Undo deleting ${schedule.title}`}
        onClick={() => undoRemoval(schedule.schedule_id)}
      >
        Undo
      </Button>
    </>
  );
}

/** At the row's end: that something is wrong or going on, else when it runs next. */
function Standing({ schedule }: { schedule: Schedule }) {
  const now = useNow();
  const { last_run: last, next_run_at: next } = schedule;
  return (
    <div className="flex-none text-right text-xs text-muted max-phone:text-note">
      {last && hasFailed(last) && (
        <p className="flex items-center justify-end gap-1.5 text-failed">
          <CircleAlert aria-hidden size={12} strokeWidth={2.4} />
          Failed {formatMoment(new Date(last.scheduled_for), now)}
        </p>
      )}
      {isGoing(last) && (
        <p className="flex items-center justify-end gap-1.5">
          <PulseDot />
          Running
        </p>
      )}
      {next !== null && (
        <p>
          Next{' '}
          <time dateTime={next} className="tabular-nums">
            {formatMoment(new Date(next), now)}
          </time>
        </p>
      )}
      {!schedule.is_enabled && (
        <p className="flex items-center justify-end gap-1.5">
          <Pause aria-hidden size={12} strokeWidth={2.4} className="text-icon-small" />
          Paused
        </p>
      )}
    </div>
  );
}
