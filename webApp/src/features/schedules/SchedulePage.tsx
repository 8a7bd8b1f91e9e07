import { useParams } from 'react-router';

import { useChosenAgent } from '@/api/hooks/useAgentHooks';
import { useSchedule } from '@/api/hooks/useScheduleHooks';
import type { Schedule } from '@/api/schema';
import { foreignTimeZone, PlannedTimes } from '@/features/schedules/NextRuns';
import { PlaceFrame, type PlaceProps } from '@/features/schedules/PlaceFrame';
import { RunList } from '@/features/schedules/RunList';
import { ScheduleActions } from '@/features/schedules/ScheduleActions';
import { ScheduleMissing } from '@/features/schedules/ScheduleMissing';

/** One schedule: when it runs next, what it does, and what its runs gave. */
export function SchedulePage(place: PlaceProps) {
  const { scheduleId = '' } = useParams();
  const { data: schedule } = useSchedule(scheduleId);
  if (!schedule) return <ScheduleMissing {...place} scheduleId={scheduleId} />;
  const actions = <ScheduleActions schedule={schedule} />;
  return (
    <PlaceFrame
      {...place}
      title={schedule.title}
      up={{ to: '/schedules', label: 'Back to schedules' }}
      // On a phone the head has room for the title alone.
      actions={!place.isPhone && actions}
      foot={place.isPhone && actions}
    >
      <div className="flex flex-col gap-8 pb-6">
        <Plan schedule={schedule} />
        <Task schedule={schedule} />
        <RunList key={scheduleId} schedule={schedule} />
      </div>
    </PlaceFrame>
  );
}

function Plan({ schedule }: { schedule: Schedule }) {
  const zone = foreignTimeZone(schedule.timezone);
  return (
    <section aria-label="Next runs" className="text-sm max-phone:text-base">
      <p className="text-base font-semibold">
        {schedule.description}
        {zone !== null && <span className="font-normal text-muted">, {zone}</span>}
      </p>
      {schedule.is_enabled ? (
        <PlannedTimes instants={schedule.next_runs_at} timezone={schedule.timezone} />
      ) : (
        <p className="mt-2 text-muted">Paused. Nothing runs by itself until you resume it.</p>
      )}
    </section>
  );
}

function Task({ schedule }: { schedule: Schedule }) {
  const agent = useChosenAgent(schedule.agent_name);
  const told = schedule.notify_telegram ? 'Results also go to Telegram' : null;
  const notes = [agent, told].filter((note) => note !== null);
  return (
    <section aria-label="Task" className="flex flex-col items-start gap-1">
      <p
        dir="auto"
        className="max-h-60 w-full overflow-y-auto rounded-box bg-accent-soft px-4 py-3 text-base wrap-anywhere whitespace-pre-wrap"
      >
        {schedule.prompt}
      </p>
      <p className="text-note text-muted empty:hidden">{notes.join(' · ')}</p>
    </section>
  );
}
