import { screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import type { SessionReceiver, TelegramLinks } from '@/api/schema';
import { TelegramNote } from '@/features/telegram/TelegramNote';
import { CONFIG } from '@/testing/auth';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { ADA_LINK, serveLinks } from '@/testing/telegram';

beforeEach(() => void startAuthClient(CONFIG));

function renderNote(receiver: SessionReceiver | null, more: Partial<TelegramLinks> = {}) {
  server.use(serveLinks([ADA_LINK], more));
  renderWithQueries(<TelegramNote receiver={receiver} otherwise="Another note" />);
}

test('says that what is written goes to the chat that receives it', async () => {
  renderNote({ channel: 'telegram', status: 'active' });
  expect(await screen.findByText(/will also go to Telegram/)).toBeVisible();
  expect(screen.queryByText('Another note')).toBeNull();
});

test('says that nothing arrives where the bot is blocked', async () => {
  renderNote({ channel: 'telegram', status: 'blocked' });
  expect(await screen.findByText(/The bot is blocked in Telegram/)).toBeVisible();
  expect(screen.queryByText(/also go/)).toBeNull();
});

test('promises nothing when no chat receives this session, though an account is linked', async () => {
  renderNote(null);
  expect(await screen.findByText('Another note')).toBeVisible();
});

test('promises nothing when the server has no bot', async () => {
  renderNote({ channel: 'telegram', status: 'active' }, { is_configured: false });
  expect(await screen.findByText('Another note')).toBeVisible();
});
