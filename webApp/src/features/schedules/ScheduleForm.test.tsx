import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Schedule } from '@/api/schema';
import { ADDRESS, enterPlace, leavePlace, openPlace } from '@/testing/schedulePlace';
import { useChatStore } from '@/stores/useChatStore';
import { makeSchedule, serveSchedules } from '@/testing/schedules';
import { server } from '@/testing/server';
import { ADA_LINK, serveLinks } from '@/testing/telegram';

beforeEach(enterPlace);
afterEach(leavePlace);

function refuse(field: string, message: string) {
  return HttpResponse.json(
    {
      type: 'about:blank',
      title: 'x',
      status: 422,
      code: 'validation_failed',
      detail: 'x',
      errors: [{ field, message }],
    },
    { status: 422, headers: { 'Content-Type': 'application/problem+json' } },
  );
}

/** Answers like a server that keeps the schedules; returns what it was asked to make. */
function serveCreation(): Record<string, unknown>[] {
  const made: Record<string, unknown>[] = [];
  server.use(
    http.post(ADDRESS, async ({ request }) => {
      const body = (await request.json()) as Partial<Schedule>;
      made.push(body);
      const schedule = makeSchedule({ title: 'What is new?', ...body });
      server.use(serveSchedules([schedule]));
      return HttpResponse.json(schedule, { status: 201 });
    }),
  );
  return made;
}

describe('the form', () => {
  test('makes a schedule and shows it', async () => {
    const made = serveCreation();
    openPlace('/schedules/new');
    const save = screen.getByRole('button', { name: 'Create schedule' });
    expect(save).toBeDisabled();
    await userEvent.type(screen.getByLabelText('What should the agent do?'), 'What is new?');
    await userEvent.click(screen.getByRole('radio', { name: 'Weekday' }));
    expect(await screen.findByText('At 08:00 every day')).toBeVisible();
    expect(
      within(screen.getByRole('region', { name: 'Next runs' })).getAllByRole('listitem'),
    ).toHaveLength(5);
    await userEvent.click(save);
    expect(await screen.findByRole('heading', { name: 'What is new?' })).toBeVisible();
    expect(made).toMatchObject([{ prompt: 'What is new?', cron: '0 8 * * 1-5' }]);
    expect(useChatStore.getState().drafts).toEqual({});
  });

  test('keeps what was written for the next time, until it is discarded', async () => {
    const { unmount } = openPlace('/schedules/new');
    await userEvent.type(screen.getByLabelText('What should the agent do?'), 'Half a thought');
    unmount();
    openPlace('/schedules/new');
    expect(screen.getByLabelText('What should the agent do?')).toHaveValue('Half a thought');
    await userEvent.click(screen.getByRole('button', { name: 'Discard' }));
    expect(useChatStore.getState().drafts).toEqual({});
  });

  test('says at the expression where it is wrong', async () => {
    const place = 'the hour (field 2, character 3): must hold numbers from 0 to 23';
    server.use(http.get(`${ADDRESS}/preview`, () => refuse('cron', place)));
    openPlace('/schedules/new');
    await userEvent.click(screen.getByRole('radio', { name: 'Custom' }));
    const field = screen.getByLabelText('Cron expression');
    await userEvent.type(field, '0 24 * * *');
    await waitFor(() => expect(field).toBeInvalid());
    expect(field).toHaveAccessibleDescription(
      'The hour (field 2, character 3): must hold numbers from 0 to 23.',
    );
  });

  test('keeps everything when it could not be saved, and is sent again under the same id', async () => {
    const ids: unknown[] = [];
    server.use(
      http.post(ADDRESS, async ({ request }) => {
        ids.push(((await request.json()) as Schedule).schedule_id);
        return HttpResponse.error();
      }),
    );
    openPlace('/schedules/new');
    await userEvent.type(screen.getByLabelText('What should the agent do?'), 'What is new?');
    const save = screen.getByRole('button', { name: 'Create schedule' });
    await userEvent.click(save);
    expect(
      await screen.findByText(/Could not reach the server. What you wrote is kept./),
    ).toBeVisible();
    await userEvent.click(save);
    await waitFor(() => expect(ids).toHaveLength(2));
    expect(ids[0]).toBe(ids[1]);
  });

  test('shows at its field what the server refuses', async () => {
    server.use(http.post(ADDRESS, () => refuse('prompt', 'must be at most 65,536 bytes')));
    openPlace('/schedules/new');
    const field = screen.getByLabelText('What should the agent do?');
    await userEvent.type(field, 'Too long');
    await userEvent.click(screen.getByRole('button', { name: 'Create schedule' }));
    await waitFor(() =>
      expect(field).toHaveAccessibleDescription('This must be at most 65,536 bytes.'),
    );
  });

  test('offers Telegram only with a linked account, and says how to get one', async () => {
    const { onConnectTelegram, unmount } = openPlace('/schedules/new');
    const connect = await screen.findByRole('button', { name: 'Connect Telegram' });
    expect(screen.getByLabelText('Send each result to Telegram')).toBeDisabled();
    await userEvent.click(connect);
    expect(onConnectTelegram).toHaveBeenCalledExactlyOnceWith(connect);
    unmount();
    server.use(serveLinks([ADA_LINK]));
    openPlace('/schedules/new');
    await waitFor(() =>
      expect(screen.getByLabelText('Send each result to Telegram')).toBeEnabled(),
    );
    expect(screen.queryByRole('button', { name: 'Connect Telegram' })).toBeNull();
  });

  test('lets one of the agents be chosen, and keeps one that is gone', async () => {
    const made = serveCreation();
    const { unmount } = openPlace('/schedules/new');
    await userEvent.type(screen.getByLabelText('What should the agent do?'), 'What is new?');
    const field = await screen.findByLabelText('Agent');
    expect(
      within(field)
        .getAllByRole('option')
        .map(({ textContent }) => textContent),
    ).toEqual(['Assistant', 'Librarian']);
    await userEvent.selectOptions(field, 'Librarian');
    await userEvent.click(screen.getByRole('button', { name: 'Create schedule' }));
    await waitFor(() => expect(made).toMatchObject([{ agent_name: 'librarian' }]));
    unmount();
    const schedule = makeSchedule({ agent_name: 'scout' });
    server.use(serveSchedules([schedule]));
    openPlace(`/schedules/${schedule.schedule_id}/edit`);
    expect(await screen.findByLabelText('Agent')).toHaveValue('scout');
    expect(await screen.findByText(/not there any more/)).toBeVisible();
  });

  test('finds a time zone by a part of its name', async () => {
    openPlace('/schedules/new');
    const field = screen.getByRole('combobox', { name: 'Time zone' });
    await userEvent.clear(field);
    await userEvent.type(field, 'lisb{Enter}');
    expect(field).toHaveValue('Europe/Lisbon');
    expect(field).toHaveAttribute('aria-expanded', 'false');
    await userEvent.type(field, 'nowhere');
    expect(screen.getByText('No time zone has this name.')).toBeVisible();
    await userEvent.tab();
    expect(field).toHaveValue('Europe/Lisbon');
  });

  test('changes only what is different', async () => {
    const schedule = makeSchedule();
    const changes: unknown[] = [];
    server.use(
      serveSchedules([schedule]),
      http.patch(`${ADDRESS}/${schedule.schedule_id}`, async ({ request }) => {
        changes.push(await request.json());
        return HttpResponse.json({ ...schedule, title: 'News' });
      }),
    );
    openPlace(`/schedules/${schedule.schedule_id}/edit`);
    const name = await screen.findByLabelText('Name');
    await userEvent.clear(name);
    await userEvent.type(name, 'News');
    await userEvent.click(screen.getByRole('button', { name: 'Save changes' }));
    await waitFor(() => expect(changes).toEqual([{ title: 'News' }]));
    expect(useChatStore.getState().drafts).toEqual({});
  });
});
