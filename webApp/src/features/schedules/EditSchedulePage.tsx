import { useId, useState } from 'react';
import { useNavigate, useParams } from 'react-router';

import { useSchedule, useUpdateSchedule } from '@/api/hooks/useScheduleHooks';
import type { Schedule } from '@/api/schema';
import { PlaceFrame, type PlaceProps } from '@/features/schedules/PlaceFrame';
import { SaveBar } from '@/features/schedules/SaveBar';
import { draftOf, isComplete, updateRequest } from '@/features/schedules/scheduleDraft';
import { ScheduleForm } from '@/features/schedules/ScheduleForm';
import { ScheduleMissing } from '@/features/schedules/ScheduleMissing';
import { useScheduleDraft } from '@/features/schedules/useScheduleDraft';

/** The form of a schedule that exists. */
export function EditSchedulePage(place: PlaceProps) {
  const { scheduleId = '' } = useParams();
  const { data: schedule } = useSchedule(scheduleId);
  if (!schedule) return <ScheduleMissing {...place} scheduleId={scheduleId} />;
  return <EditSchedule key={scheduleId} {...place} schedule={schedule} />;
}

function EditSchedule({
  schedule,
  onConnectTelegram,
  ...place
}: PlaceProps & { schedule: Schedule }) {
  const id = schedule.schedule_id;
  const page = { to: `/schedules/${id}`, label: 'Back to the schedule' };
  const navigate = useNavigate();
  const formId = useId();
  // As it was when the form was opened: a poll must not write into it.
  const [first] = useState(() => draftOf(schedule));
  const { draft, change, forget } = useScheduleDraft(`schedule:${id}`, first);
  const update = useUpdateSchedule(id);
  const leave = () => {
    forget();
    void navigate(page.to, { replace: true });
  };
  const save = () => {
    if (update.isPending || !isComplete(draft)) return;
    const changes = updateRequest(draft, schedule);
    if (Object.keys(changes).length === 0) leave();
    else update.mutate(changes, { onSuccess: leave });
  };
  return (
    <PlaceFrame
      {...place}
      title={`Change ${schedule.title}`}
      up={page}
      foot={
        <SaveBar
          formId={formId}
          words="Save changes"
          workingWords="Saving…"
          canSave={isComplete(draft)}
          isSaving={update.isPending}
          onGiveUp={forget}
          giveUpTo={page.to}
        />
      }
    >
      <ScheduleForm
        id={formId}
        draft={draft}
        onChange={change}
        onSubmit={save}
        error={update.error}
        onConnectTelegram={onConnectTelegram}
      />
    </PlaceFrame>
  );
}
