import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Schedule } from '@/api/schema';
import { ADDRESS, enterPlace, leavePlace, openPlace } from '@/testing/schedulePlace';
import { carryOutRemovals } from '@/lib/removals';
import {
  makeRun,
  makeRunSchedule,
  makeSchedule,
  serveRuns,
  serveSchedules,
} from '@/testing/schedules';
import { server } from '@/testing/server';

beforeEach(enterPlace);
afterEach(leavePlace);

describe('a schedule', () => {
  const failed = makeRunSchedule({
    title: 'Digest',
    run: { status: 'failed', failure_reason: 'The model gave no answer.' },
  });

  test('says why its run failed, and runs again', async () => {
    let count = 0;
    server.use(
      serveSchedules([failed]),
      serveRuns([failed.last_run]),
      http.post(`${ADDRESS}/${failed.schedule_id}/run`, () => {
        count += 1;
        const run = makeRun({ schedule_id: failed.schedule_id, status: 'waiting' });
        server.use(
          serveSchedules([{ ...failed, last_run: run }]),
          serveRuns([run, failed.last_run]),
        );
        return HttpResponse.json(run, { status: 202 });
      }),
    );
    openPlace(`/schedules/${failed.schedule_id}`);
    expect(await screen.findByText(/The model gave no answer/)).toBeVisible();
    expect(screen.getByRole('link', { name: /^Open the session of/ })).toHaveAttribute(
      'href',
      `/sessions/${encodeURIComponent(failed.last_run.session_id ?? '')}`,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Run again' }));
    expect(await screen.findByText('Waiting to start')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Run now' })).toBeDisabled();
    expect(screen.queryByRole('button', { name: 'Run again' })).toBeNull();
    expect(count).toBe(1);
  });

  test('is paused and resumed', async () => {
    const schedule = makeSchedule();
    server.use(
      serveSchedules([schedule]),
      http.patch(`${ADDRESS}/${schedule.schedule_id}`, async ({ request }) => {
        const change = (await request.json()) as Partial<Schedule>;
        return HttpResponse.json({ ...schedule, ...change, next_runs_at: [], next_run_at: null });
      }),
    );
    openPlace(`/schedules/${schedule.schedule_id}`);
    await userEvent.click(await screen.findByRole('button', { name: 'Pause this schedule' }));
    expect(await screen.findByText(/^Paused/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Resume this schedule' })).toBeEnabled();
  });

  test('that is deleted can be had back, with the way there under the keyboard', async () => {
    const schedule = makeSchedule({ title: 'Digest' });
    let deletions = 0;
    server.use(
      serveSchedules([schedule]),
      http.delete(`${ADDRESS}/${schedule.schedule_id}`, () => {
        deletions += 1;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    openPlace(`/schedules/${schedule.schedule_id}`);
    await userEvent.click(await screen.findByRole('button', { name: 'Delete this schedule' }));
    const undo = await screen.findByRole('button', { name: 'Undo deleting Digest' });
    expect(undo).toHaveFocus();
    await userEvent.click(undo);
    expect(screen.getByRole('link', { name: 'Digest' })).toBeVisible();
    await carryOutRemovals();
    expect(deletions).toBe(0);

    await userEvent.click(screen.getByRole('link', { name: 'Digest' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Delete this schedule' }));
    server.use(serveSchedules([]));
    await carryOutRemovals();
    expect(deletions).toBe(1);
    expect(await screen.findByRole('button', { name: 'Make a schedule' })).toBeVisible();
  });

  test('that is not there is said', async () => {
    openPlace('/schedules/00000000-0000-4000-8000-000000000000');
    expect(await screen.findByText('There is no schedule at this address.')).toBeVisible();
  });
});
