import { useId, useState } from 'react';
import { useNavigate } from 'react-router';

import { useCreateSchedule } from '@/api/hooks/useScheduleHooks';
import { PlaceFrame, type PlaceProps } from '@/features/schedules/PlaceFrame';
import { SaveBar } from '@/features/schedules/SaveBar';
import { createRequest, emptyDraft, isComplete } from '@/features/schedules/scheduleDraft';
import { ScheduleForm } from '@/features/schedules/ScheduleForm';
import { useScheduleDraft } from '@/features/schedules/useScheduleDraft';

const DRAFT_KEY = 'schedule:new';
const LIST = { to: '/schedules', label: 'Back to schedules' };

/** The form of a schedule that does not exist yet. */
export function NewSchedulePage({ onConnectTelegram, ...place }: PlaceProps) {
  const navigate = useNavigate();
  const formId = useId();
  const [first] = useState(emptyDraft);
  const { draft, change, forget } = useScheduleDraft(DRAFT_KEY, first);
  const create = useCreateSchedule();
  const save = () => {
    if (create.isPending || !isComplete(draft)) return;
    create.mutate(createRequest(draft), {
      onSuccess: ({ schedule_id: id }) => {
        forget();
        void navigate(`/schedules/${id}`, { replace: true });
      },
    });
  };
  return (
    <PlaceFrame
      {...place}
      title="New schedule"
      up={LIST}
      foot={
        <SaveBar
          formId={formId}
          words="Create schedule"
          workingWords="Creating…"
          canSave={isComplete(draft)}
          isSaving={create.isPending}
          onGiveUp={forget}
          giveUpTo={LIST.to}
        />
      }
    >
      <ScheduleForm
        id={formId}
        draft={draft}
        onChange={change}
        onSubmit={save}
        error={create.error}
        onConnectTelegram={onConnectTelegram}
      />
    </PlaceFrame>
  );
}
