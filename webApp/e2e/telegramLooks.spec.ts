import type { Page } from '@playwright/test';

import { openSignedIn } from '#e2e/harness/accounts.ts';
import { keepPicture, look } from '#e2e/harness/measures.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { holdUndo } from '#e2e/harness/undo.ts';
import { lastAnswer, messagesOf } from '#e2e/sessionSeeds.ts';
import { seedDeliveries } from '#e2e/telegramSeeds.ts';

const SIZES = [
  { width: 360, height: 780 },
  { width: 1440, height: 900 },
];
const URL = 'https://t.me/greenhouse_bot?start=c2Vzc2lvbnMgaW4gb25lIGxpc3Qu';
const ADA = { id: '1', display_name: 'Ada Lovelace', status: 'active' };
const WORK = { id: '2', display_name: 'Ada at work', status: 'blocked' };
const AT = new Date().toISOString();

/** Answers about links as a server with a bot does; telegram.spec.ts has the real one. */
async function serveLinks(page: Page, links: object[]): Promise<void> {
  const dated = links.map((link) => ({ ...link, created_at: AT }));
  await page.route('**/api/chat/links/telegram', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 201,
          json: { url: URL, expires_at: new Date(Date.now() + 600_000).toISOString() },
        })
      : route.fulfill({
          json: { is_configured: true, bot_username: 'greenhouse_bot', links: dated },
        }),
  );
}

async function openPanel(page: Page) {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitem', { name: 'Connect Telegram' }).click();
  return page.getByRole('dialog', { name: 'Connect Telegram' });
}

for (const viewport of SIZES) {
  test.describe(`${viewport.width}`, () => {
    test.use({ viewport });

    test('the way to a bot, to a link and back are accessible', async ({ page, account }) => {
      await holdUndo(page);
      await openSignedIn(page, account);
      await expect(page.getByRole('button', { name: 'Connect Telegram' })).toBeVisible();
      await keepPicture(page, `telegram-first-run-${viewport.width}`);
      const panel = await openPanel(page);
      await expect(panel.getByRole('listitem')).toHaveCount(3);
      await look(page, `telegram-no-bot-${viewport.width}`);

      await serveLinks(page, []);
      await expect(panel.getByRole('timer')).toBeVisible();
      await look(page, `telegram-invitation-${viewport.width}`);

      await serveLinks(page, [ADA, WORK]);
      await expect(panel.getByText('Ada Lovelace is linked.')).toBeVisible();
      await panel.getByRole('button', { name: 'Remove Ada at work' }).click();
      await expect(panel.getByRole('button', { name: /^Undo/ })).toBeFocused();
      await look(page, `telegram-linked-${viewport.width}`);
      await panel.getByRole('button', { name: /^Undo/ }).click();
      await expect(panel.getByText(/The bot is blocked there/)).toBeVisible();
      await look(page, `telegram-blocked-${viewport.width}`);

      await page.keyboard.press('Escape');
      await expect(page.getByRole('button', { name: 'Settings' })).toBeFocused();
    });

    test('what was delivered, waits and failed is said', async ({ page, stack, account }) => {
      await serveLinks(page, [ADA]);
      const path = await seedDeliveries(stack, account, 'active');
      await openSignedIn(page, account, path);
      await expect(messagesOf(page).getByText('Not delivered to Telegram.')).toBeVisible();
      await expect(lastAnswer(page)).toContainText('Waiting to be delivered');
      await expect(page.getByText(/also goe?s? to Telegram/).filter({ visible: true })).toHaveCount(
        1,
      );
      await look(page, `telegram-deliveries-${viewport.width}`);

      await page.goto('/');
      await expect(page.getByText('Not delivered to Telegram')).toBeVisible();
      await look(page, `telegram-picker-${viewport.width}`);
    });

    test('a blocked bot is said before anything is written', async ({ page, stack, account }) => {
      await serveLinks(page, [WORK]);
      const path = await seedDeliveries(stack, account, 'blocked');
      await openSignedIn(page, account, path);
      const note = page.getByText('The bot is blocked in Telegram.').last();
      await expect(note).toBeVisible();
      await look(page, `telegram-blocked-note-${viewport.width}`);
    });
  });
}
