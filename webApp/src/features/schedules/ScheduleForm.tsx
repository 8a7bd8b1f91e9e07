import { type SubmitEvent, useMemo } from 'react';

import { ApiError, describeError } from '@/api/apiError';
import { useSchedulePreview } from '@/api/hooks/useScheduleHooks';
import { AgentField } from '@/features/schedules/AgentField';
import { cronOf } from '@/features/schedules/cronForm';
import { FrequencyField } from '@/features/schedules/FrequencyField';
import { NextRuns } from '@/features/schedules/NextRuns';
import { NotifyField } from '@/features/schedules/NotifyField';
import type { ScheduleDraft } from '@/features/schedules/scheduleDraft';
import { TimeZoneField } from '@/features/schedules/TimeZoneField';
import { classNames } from '@/lib/ui/classNames';
import { FIELD, FormField } from '@/lib/ui/FormField';
import { useSettled } from '@/lib/useSettled';

const SETTLE_MS = 250;

export interface ScheduleFormProps {
  /** What the button that sends it names as its form. */
  id: string;
  draft: ScheduleDraft;
  onChange: (patch: Partial<ScheduleDraft>) => void;
  onSubmit: () => void;
  /** Why it could not be saved. */
  error: Error | null;
  onConnectTelegram: (opener: HTMLElement) => void;
}

/** What a schedule does and when, with its next five runs before it is saved. */
export function ScheduleForm(props: ScheduleFormProps) {
  const { id, draft, onChange, onSubmit, error, onConnectTelegram } = props;
  const { cron, timezone } = useSettledTimes(draft);
  const preview = useSchedulePreview(cron, timezone);
  const cronProblem = cron === null ? null : problemOf('cron', preview.error, error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form id={id} className="flex flex-col gap-5 pb-6" onSubmit={submit}>
      <TaskFields draft={draft} onChange={onChange} error={error} />
      <FrequencyField
        timing={draft.timing}
        onChange={(timing) => onChange({ timing })}
        problem={cronProblem}
      />
      <TimeZoneField
        value={draft.timezone}
        onChange={(zone) => onChange({ timezone: zone })}
        problem={problemOf('timezone', preview.error, error)}
      />
      <NextRuns
        preview={preview}
        timezone={timezone}
        isRefused={cron === null || isRefusal(preview.error)}
      />
      <NotifyField
        isOn={draft.notifyTelegram}
        onChange={(notifyTelegram) => onChange({ notifyTelegram })}
        onConnectTelegram={onConnectTelegram}
      />
      <p role="alert" className="text-note text-failed empty:hidden">
        {error && !isRefusal(error) && `${describeError(error)} What you wrote is kept.`}
      </p>
    </form>
  );
}

/** What the agent is asked, how the schedule is called, and which agent it is. */
function TaskFields({
  draft,
  onChange,
  error,
}: Pick<ScheduleFormProps, 'draft' | 'onChange' | 'error'>) {
  return (
    <>
      <FormField label="What should the agent do?" problem={problemOf('prompt', error)}>
        {(control) => (
          <textarea
            {...control}
            rows={4}
            dir="auto"
            required
            value={draft.prompt}
            placeholder="Look at my calendar and tell me what matters today."
            className={classNames(
              FIELD,
              'max-h-100 field-sizing-content min-h-24 resize-none py-2.5',
            )}
            onChange={(event) => onChange({ prompt: event.target.value })}
          />
        )}
      </FormField>
      <div className="flex gap-4 max-phone:flex-col max-phone:gap-5">
        <FormField label="Name" problem={problemOf('title', error)} className="flex-2">
          {(control) => (
            <input
              {...control}
              type="text"
              autoComplete="off"
              maxLength={200}
              value={draft.title}
              placeholder="The first words of the task"
              className={classNames(FIELD, 'h-10 max-phone:h-11')}
              onChange={(event) => onChange({ title: event.target.value })}
            />
          )}
        </FormField>
        <AgentField
          value={draft.agentName}
          onChange={(agentName) => onChange({ agentName })}
          problem={problemOf('agent_name', error)}
        />
      </div>
    </>
  );
}

/** The server refused a field, and says which. */
function isRefusal(error: Error | null): boolean {
  return error instanceof ApiError && error.fieldProblems.length > 0;
}

/** What the first of these errors says about a field, as a sentence. */
function problemOf(field: string, ...errors: (Error | null)[]): string | null {
  const problems = errors.flatMap((error) =>
    error instanceof ApiError ? error.fieldProblems : [],
  );
  const message = problems.find((problem) => problem.field === field)?.message;
  if (message === undefined) return null;
  // "must be …" has no subject; "the hour (field 2, character 3): …" has.
  const sentence = message.startsWith('must ') ? `This ${message}` : message;
  const end = /[.!?]$/.test(sentence) ? '' : '.';
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${end}`;
}

/** A cron expression and its zone, once nobody has typed for a moment. */
function useSettledTimes({ timing, timezone }: ScheduleDraft) {
  const cron = cronOf(timing);
  const times = useMemo(() => ({ cron, timezone }), [cron, timezone]);
  return useSettled(times, SETTLE_MS);
}
