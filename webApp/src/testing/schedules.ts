import { http, HttpResponse } from 'msw';

import type { Schedule, ScheduledRun } from '@/api/schema';

let count = 0;

function nextId(): string {
  count += 1;
  return `00000000-0000-4000-9000-${String(count).padStart(12, '0')}`;
}

/** A run as the server answers with it. */
export function makeRun(more: Partial<ScheduledRun> = {}): ScheduledRun {
  const runId = more.run_id ?? nextId();
  return {
    run_id: runId,
    schedule_id: '00000000-0000-4000-9000-000000000000',
    session_id: `scheduled:${runId}`,
    scheduled_for: '2026-11-20T07:00:00Z',
    trigger: 'planned',
    status: 'completed',
    attempt: 1,
    failure_reason: null,
    started_at: '2026-11-20T07:00:01Z',
    finished_at: '2026-11-20T07:00:13Z',
    duration_seconds: 12,
    ...more,
  };
}

/** A schedule as the server answers with it; it has not run yet. */
export function makeSchedule(more: Partial<Schedule> = {}): Schedule {
  return {
    schedule_id: nextId(),
    title: 'Daily digest',
    agent_name: 'assistant',
    prompt: 'What matters today?',
    cron: '0 8 * * *',
    timezone: 'UTC',
    description: 'At 08:00 every day',
    notify_telegram: false,
    is_enabled: true,
    next_run_at: '2026-11-21T08:00:00Z',
    next_runs_at: [21, 22, 23, 24, 25].map((day) => `2026-11-${day}T08:00:00Z`),
    run_count: 0,
    last_run: null,
    version: 1,
    created_at: '2026-11-01T12:00:00Z',
    updated_at: '2026-11-01T12:00:00Z',
    ...more,
  };
}

interface RunSchedule extends Partial<Schedule> {
  runAt?: string;
  run?: Partial<ScheduledRun>;
}

/** One that has run. */
export function makeRunSchedule({ runAt, run, ...more }: RunSchedule = {}) {
  const schedule = makeSchedule({ run_count: 31, ...more });
  const { schedule_id } = schedule;
  const last_run = makeRun({ schedule_id, ...(runAt && { scheduled_for: runAt }), ...run });
  return { ...schedule, last_run };
}

/** Answers with these schedules. */
export function serveSchedules(schedules: Schedule[]) {
  return http.get('*/api/chat/schedules', () => HttpResponse.json({ schedules }));
}

/** Answers with these runs of any schedule. */
export function serveRuns(runs: ScheduledRun[]) {
  return http.get('*/api/chat/schedules/:id/runs', () =>
    HttpResponse.json({ runs, next_cursor: null }),
  );
}
