import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import type { Channel } from '@/api/schema';
import { SessionListSwitch } from '@/features/picker/SessionListSwitch';
import { useChatStore } from '@/stores/useChatStore';
import { CONFIG } from '@/testing/auth';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { serveSchedules } from '@/testing/schedules';
import { server } from '@/testing/server';

beforeEach(() => {
  void startAuthClient(CONFIG);
  server.use(serveSchedules([]));
});

function renderSwitch(filter: Channel | null = null) {
  const onConnectTelegram = vi.fn();
  const view = renderWithQueries(
    <SessionListSwitch
      filter={filter}
      selecting={{ selection: null, change: vi.fn(), leave: vi.fn() }}
      onOpen={vi.fn()}
      renderMenu={() => null}
      onConnectTelegram={onConnectTelegram}
    />,
  );
  return { onConnectTelegram, ...view };
}

const nothing = () => HttpResponse.json({ sessions: [], next_cursor: null });

test('the first run tells that other channels belong here, and leads to Telegram', async () => {
  server.use(http.get('*/api/chat/sessions', nothing));
  const { onConnectTelegram } = renderSwitch();
  const button = await screen.findByRole('button', { name: 'Connect Telegram' });
  await userEvent.click(button);
  expect(onConnectTelegram).toHaveBeenCalledExactlyOnceWith(button);
});

test('a channel without sessions leads back to all of them', async () => {
  server.use(http.get('*/api/chat/sessions', nothing));
  useChatStore.getState().setChannelFilter('scheduled');
  renderSwitch('scheduled');
  expect(await screen.findByText('No runs of schedules yet.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Show all sessions' }));
  expect(useChatStore.getState().channelFilter).toBe('all');
});

test('a failed list says so and can be tried again', async () => {
  server.use(http.get('*/api/chat/sessions', () => HttpResponse.error()));
  renderSwitch();
  expect(await screen.findByText('Could not load your sessions.')).toBeVisible();
  server.use(http.get('*/api/chat/sessions', nothing));
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('button', { name: 'Connect Telegram' })).toBeVisible();
});
