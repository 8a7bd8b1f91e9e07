import type { Page } from '@playwright/test';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

interface RunStandIn {
  run_id: string;
  scheduled_for: string;
  status: string;
  [more: string]: unknown;
}

function run(number: number, msAgo: number, more: object = {}): RunStandIn {
  const at = new Date(Date.now() - msAgo);
  at.setSeconds(0, 0);
  return {
    run_id: `00000000-0000-4000-9000-00000000000${number}`,
    schedule_id: scheduleId(1),
    session_id: `scheduled:${number}`,
    scheduled_for: at.toISOString(),
    trigger: 'planned',
    status: 'completed',
    attempt: 1,
    failure_reason: null,
    started_at: at.toISOString(),
    finished_at: at.toISOString(),
    duration_seconds: 12.4,
    ...more,
  };
}

export const RUNS: RunStandIn[] = [
  run(1, 2 * MINUTE, {
    status: 'running',
    trigger: 'manual',
    duration_seconds: null,
    finished_at: null,
  }),
  run(2, 31 * MINUTE, { status: 'failed', failure_reason: 'The model gave no answer.' }),
  run(3, DAY, { duration_seconds: 194 }),
  run(4, 2 * DAY, { status: 'skipped', session_id: null, duration_seconds: null }),
  run(5, 3 * DAY, { status: 'missed', session_id: null, duration_seconds: null }),
  run(6, 4 * DAY, { status: 'dead', attempt: 3, duration_seconds: 61 }),
  run(7, 5 * DAY, { duration_seconds: 0.4 }),
];

function scheduleId(number: number): string {
  return `00000000-0000-4000-8000-00000000000${number}`;
}

function comingDays(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.now() + (index + 1) * DAY);
    day.setUTCHours(7, 0, 0, 0);
    return day.toISOString();
  });
}

function schedule(number: number, title: string, more: object = {}) {
  const next = comingDays(5);
  return {
    schedule_id: scheduleId(number),
    title,
    agent_name: 'assistant',
    prompt: `Look at my calendar and the weather and tell me what matters today.

Keep it under a hundred words. Leave out what I can see from the window.`,
    cron: '0 8 * * *',
    timezone: 'UTC',
    description: 'At 08:00 every day',
    notify_telegram: true,
    is_enabled: true,
    next_run_at: next[0],
    next_runs_at: next,
    run_count: 31,
    last_run: RUNS[2],
    version: 1,
    created_at: new Date(Date.now() - 40 * DAY).toISOString(),
    updated_at: new Date(Date.now() - 40 * DAY).toISOString(),
    ...more,
  };
}

const SCHEDULES = [
  schedule(1, 'Daily digest', { last_run: RUNS[0] }),
  schedule(2, 'Greenhouse frost warning for the coming night', {
    description: 'At minute 0 past every hour',
    last_run: RUNS[1],
    run_count: 1000,
  }),
  schedule(3, 'Week ahead', { description: 'At 18:00 on Sunday', run_count: 6 }),
  schedule(4, 'Flat hunt in Lisbon', {
    description: 'At 09:30, Monday through Friday',
    timezone: 'Europe/Lisbon',
    run_count: 0,
    last_run: null,
  }),
  schedule(5, 'Monthly energy report', {
    description: 'At 08:00 on day 1 of the month',
    is_enabled: false,
    next_run_at: null,
    next_runs_at: [],
    last_run: RUNS[6],
    run_count: 1,
  }),
];

/** Answers about schedules as a server does that has worked for a month; schedules.spec.ts has the real one. */
export async function serveSchedules(page: Page): Promise<void> {
  await page.route('**/api/chat/schedules', (route) =>
    route.fulfill({ json: { schedules: SCHEDULES } }),
  );
  await page.route('**/api/chat/schedules/*/runs?*', (route) =>
    route.fulfill({ json: { runs: RUNS, next_cursor: 'more' } }),
  );
  await page.route('**/api/chat/schedules/preview?*', (route) => {
    const cron = new URL(route.request().url()).searchParams.get('cron') ?? '';
    if (cron.split(' ').length === 5) {
      const json = { description: 'At 08:00 every day', next_runs_at: comingDays(5) };
      return route.fulfill({ json });
    }
    const message = `must have five fields (minute, hour, day of month, month, day of week) or be one of @hourly, @daily, @weekly, @monthly, @yearly; this has ${cron.split(' ').length}`;
    return route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      json: {
        type: 'about:blank',
        title: 'Validation failed',
        status: 422,
        code: 'validation_failed',
        detail: 'The request is not valid.',
        errors: [{ field: 'cron', message }],
      },
    });
  });
}

/** Some of the runs as sessions, for the picker's fold. */
export async function serveRunSessions(page: Page): Promise<void> {
  const previews = [
    'Clear night, light wind from the east. Two appointments, both after lunch.',
    'What matters today?',
    'Rain until noon. The dentist has moved you to 16:30.',
  ];
  await page.route(`**/api/chat/sessions?*schedule_id=*`, (route) =>
    route.fulfill({
      json: {
        sessions: previews.map((preview, index) => ({
          chat_id: scheduleId(index),
          session_id: `scheduled:${index + 1}`,
          user_id: scheduleId(9),
          channel: 'scheduled',
          agent_name: 'assistant',
          is_active: index === 0,
          title: 'Daily digest',
          title_source: 'user',
          topic: null,
          archived: false,
          pinned: false,
          head_message_id: null,
          message_count: 2,
          last_message_preview: preview,
          schedule_id: scheduleId(1),
          is_folded: true,
          metadata: {},
          version: 1,
          created_at: RUNS[index]?.scheduled_for,
          updated_at: RUNS[index]?.scheduled_for,
          is_answering: index === 0,
          has_failed_delivery: false,
          has_failed_answer: index === 1,
          receiver: null,
        })),
        next_cursor: null,
      },
    }),
  );
}
