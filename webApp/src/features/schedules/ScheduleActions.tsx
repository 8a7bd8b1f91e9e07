import { useQueryClient } from '@tanstack/react-query';
import { Pause, Pencil, Play, Trash2 } from 'lucide-react';
import { useNavigate } from 'react-router';

import { describeError } from '@/api/apiError';
import { useRunSchedule, useUpdateSchedule } from '@/api/hooks/useScheduleHooks';
import { deleteSchedule } from '@/api/schedules';
import type { Schedule } from '@/api/schema';
import { isGoing } from '@/features/schedules/describeRun';
import { beginRemoval } from '@/lib/removals';
import { toastError } from '@/lib/toast';
import { Button } from '@/lib/ui/Button';
import { IconButton } from '@/lib/ui/IconButton';

/** What can be done with a schedule. */
export function ScheduleActions({ schedule }: { schedule: Schedule }) {
  const navigate = useNavigate();
  const update = useUpdateSchedule(schedule.schedule_id);
  const remove = useRemove(schedule);
  const toggle = () => {
    update.mutate(
      { is_enabled: !schedule.is_enabled },
      { onError: (error) => toastError(describeError(error)) },
    );
  };
  return (
    <div className="flex flex-none items-center max-phone:justify-between">
      <IconButton
        label="Change this schedule"
        onClick={() => void navigate(`/schedules/${schedule.schedule_id}/edit`)}
      >
        <Pencil aria-hidden size={16} />
      </IconButton>
      <IconButton
        label={schedule.is_enabled ? 'Pause this schedule' : 'Resume this schedule'}
        disabled={update.isPending}
        onClick={toggle}
      >
        {schedule.is_enabled ? <Pause aria-hidden size={16} /> : <Play aria-hidden size={16} />}
      </IconButton>
      <IconButton label="Delete this schedule" onClick={remove}>
        <Trash2 aria-hidden size={16} />
      </IconButton>
      <RunNowButton schedule={schedule} />
    </div>
  );
}

function RunNowButton({ schedule }: { schedule: Schedule }) {
  const runNow = useRunNow(schedule);
  return (
    <Button
      className="ml-2 max-phone:h-11 max-phone:flex-1"
      disabled={runNow.isBusy}
      onClick={runNow.start}
    >
      Run now
    </Button>
  );
}

/** Begins a run; busy while one is going. */
export function useRunNow(schedule: Schedule) {
  const run = useRunSchedule(schedule.schedule_id);
  return {
    isBusy: run.isPending || isGoing(schedule.last_run),
    start: () => run.mutate(undefined, { onError: (error) => toastError(describeError(error)) }),
  };
}

/** Leads to the list, where deleting can be undone. */
function useRemove(schedule: Schedule): () => void {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { schedule_id: id, title } = schedule;
  return () => {
    beginRemoval([id], () =>
      deleteSchedule(queryClient, id).catch((error: unknown) => {
        toastError(`${describeError(error)} ${title} is still there.`);
      }),
    );
    void navigate('/schedules', { state: { deletedId: id } });
  };
}
