import { screen } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import { TelegramNote } from '@/features/telegram/TelegramNote';
import { CONFIG } from '@/testing/auth';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { ADA_LINK, serveLinks } from '@/testing/telegram';

beforeEach(() => void startAuthClient(CONFIG));

test('says that what is written goes to Telegram when an account is linked', async () => {
  server.use(serveLinks([ADA_LINK]));
  renderWithQueries(<TelegramNote otherwise="Another note" />);
  expect(await screen.findByText(/will also go to Telegram/)).toBeVisible();
  expect(screen.queryByText('Another note')).toBeNull();
});

test.each([
  ['nobody is linked', serveLinks([])],
  ['the bot is blocked', serveLinks([{ ...ADA_LINK, status: 'blocked' }])],
  ['the server has no bot', serveLinks([ADA_LINK], { is_configured: false })],
])('promises nothing when %s', async (_, handler) => {
  server.use(handler);
  renderWithQueries(<TelegramNote otherwise="Another note" />);
  expect(await screen.findByText('Another note')).toBeVisible();
});
