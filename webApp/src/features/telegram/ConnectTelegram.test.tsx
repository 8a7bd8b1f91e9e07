import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import { ConnectTelegram } from '@/features/telegram/ConnectTelegram';
import { carryOutRemovals } from '@/lib/removals';
import { CONFIG } from '@/testing/auth';
import { PATIENCE_MS } from '@/testing/patience';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { ADA_LINK, serveLinks } from '@/testing/telegram';

const ADDRESS = '*/api/chat/links/telegram';

beforeEach(() => {
  void startAuthClient(CONFIG);
  // Time goes on by itself, and can be made to jump.
  vi.useFakeTimers({
    shouldAdvanceTime: true,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
});
afterEach(async () => {
  await carryOutRemovals();
  vi.useRealTimers();
});

function openPanel() {
  const opener = document.body.appendChild(document.createElement('button'));
  const onClose = vi.fn();
  return { onClose, ...renderWithQueries(<ConnectTelegram opener={opener} onClose={onClose} />) };
}

/** Numbered links that each last as long, by a server whose clock is `aheadMs` ahead. */
function serveInvitations(seconds: number, aheadMs = 0) {
  let count = 0;
  return http.post(ADDRESS, () => {
    count += 1;
    const now = Date.now() + aheadMs;
    const expires_at = new Date(now + seconds * 1_000).toISOString();
    return HttpResponse.json(
      { url: `https://t.me/registry_bot?start=code-${count}`, expires_at },
      { status: 201, headers: { Date: new Date(now).toUTCString() } },
    );
  });
}

/** Records what is unlinked. */
function serveRemovals(removed: (string | null)[]) {
  return http.delete(ADDRESS, ({ request }) => {
    removed.push(new URL(request.url).searchParams.get('link_id'));
    return new HttpResponse(null, { status: 204 });
  });
}

const user = () => userEvent.setup({ advanceTimers: (ms) => void vi.advanceTimersByTime(ms) });

describe('without a bot', () => {
  test('tells in three steps how to get one', async () => {
    server.use(serveLinks([], { is_configured: false, bot_username: null }));
    openPanel();
    expect(await screen.findAllByRole('listitem')).toHaveLength(3);
    expect(screen.getByText(/TELEGRAM_BOT_TOKEN/)).toBeVisible();
    expect(screen.queryByRole('timer')).toBeNull();
  });

  test('waits for one that has not reached Telegram yet', async () => {
    server.use(serveLinks([], { bot_username: null }));
    openPanel();
    expect(await screen.findByText(/cannot reach Telegram at the moment/)).toBeVisible();
    server.use(serveLinks([]), serveInvitations(600));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await screen.findByRole('link', { name: 'Open in Telegram' })).toBeVisible();
  });
});

describe('an invitation', () => {
  test('shows its link, its code and its time by the clock of the server', async () => {
    server.use(serveLinks([]), serveInvitations(600, 3_600_000));
    openPanel();
    const link = await screen.findByRole('link', { name: 'Open in Telegram' });
    expect(link).toHaveAttribute('href', 'https://t.me/registry_bot?start=code-1');
    expect(screen.getByRole('img', { name: 'Code of the link' })).toBeVisible();
    expect(screen.getByRole('timer')).toHaveTextContent(/another (10:0|9:5)\d\.$/);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(screen.getByRole('timer')).toHaveTextContent(/another (9:0|8:5)\d\.$/);
  });

  test('is renewed when its time is over', async () => {
    server.use(serveLinks([]), serveInvitations(20));
    openPanel();
    const link = await screen.findByRole('link', { name: 'Open in Telegram' });
    await vi.advanceTimersByTimeAsync(21_000);
    await vi.waitFor(
      () => expect(link).toHaveAttribute('href', expect.stringMatching(/code-2$/)),
      PATIENCE_MS,
    );
    expect(screen.getByRole('timer')).toHaveTextContent(/another 0:(20|1\d)\.$/);
  });

  test('that could not be made is said, and can be tried again', async () => {
    server.use(
      serveLinks([]),
      http.post(ADDRESS, () => HttpResponse.error()),
    );
    openPanel();
    expect(await screen.findByText(/There is no link yet/)).toBeVisible();
    server.use(serveInvitations(600));
    await user().click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('link', { name: 'Open in Telegram' })).toBeVisible();
  });

  test('gives way to the account that arrives', async () => {
    server.use(serveLinks([]), serveInvitations(600));
    openPanel();
    await screen.findByRole('link', { name: 'Open in Telegram' });
    server.use(serveLinks([ADA_LINK]));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await screen.findByText('Ada is linked.')).toBeVisible();
    expect(screen.queryByRole('timer')).toBeNull();
    expect(screen.getByRole('link', { name: '@registry_bot' })).toBeVisible();
  });

  test('can be asked for beside a linked account', async () => {
    server.use(serveLinks([ADA_LINK]), serveInvitations(600));
    openPanel();
    await user().click(await screen.findByRole('button', { name: 'Link another account' }));
    expect(await screen.findByRole('link', { name: 'Open in Telegram' })).toBeVisible();
    expect(screen.getByText('Ada')).toBeVisible();
  });
});

describe('a linked account', () => {
  test('says what to do when the bot is blocked', async () => {
    server.use(serveLinks([{ ...ADA_LINK, status: 'blocked' }]));
    openPanel();
    expect(await screen.findByText(/Unblock it in Telegram/)).toBeVisible();
  });

  test('is kept when its removal is undone, and the button keeps the focus', async () => {
    const removed: string[] = [];
    server.use(serveLinks([ADA_LINK]), serveRemovals(removed));
    openPanel();
    await user().click(await screen.findByRole('button', { name: 'Remove Ada' }));
    const undo = screen.getByRole('button', { name: 'Undo removing Ada' });
    expect(undo).toHaveFocus();
    await vi.advanceTimersByTimeAsync(7_000);
    await user().click(undo);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(removed).toEqual([]);
    expect(screen.getByRole('button', { name: 'Remove Ada' })).toBeVisible();
  });

  test('is removed after eight seconds, also when the panel was closed', async () => {
    const removed: string[] = [];
    server.use(serveLinks([ADA_LINK]), serveRemovals(removed));
    const { unmount } = openPanel();
    await user().click(await screen.findByRole('button', { name: 'Remove Ada' }));
    unmount();
    expect(removed).toEqual([]);
    await vi.advanceTimersByTimeAsync(8_000);
    await vi.waitFor(() => expect(removed).toEqual([ADA_LINK.id]), PATIENCE_MS);
  });

  test('is removed at once when its user leaves', async () => {
    const removed: string[] = [];
    server.use(serveLinks([ADA_LINK]), serveRemovals(removed));
    openPanel();
    await user().click(await screen.findByRole('button', { name: 'Remove Ada' }));
    await carryOutRemovals();
    expect(removed).toEqual([ADA_LINK.id]);
  });

  test('that could not be removed is said to be linked still', async () => {
    server.use(
      serveLinks([ADA_LINK]),
      http.delete(ADDRESS, () => HttpResponse.error()),
    );
    openPanel();
    await user().click(await screen.findByRole('button', { name: 'Remove Ada' }));
    await vi.advanceTimersByTimeAsync(8_000);
    expect(await screen.findByText(/Ada is still linked/)).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Remove Ada' })).toBeVisible();
  });
});

test('the accounts that cannot be read can be asked for again', async () => {
  server.use(http.get(ADDRESS, () => HttpResponse.error()));
  openPanel();
  expect(await screen.findByText('Could not reach the server.')).toBeVisible();
  server.use(serveLinks([ADA_LINK]));
  await user().click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Ada')).toBeVisible();
});
