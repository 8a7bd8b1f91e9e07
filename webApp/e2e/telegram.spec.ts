import type { Page } from '@playwright/test';

import { makePng } from '#e2e/attachmentFiles.ts';
import { openSignedIn } from '#e2e/harness/accounts.ts';
import { expectAccessible, keepPicture } from '#e2e/harness/measures.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { type FakeTelegram, test } from '#e2e/harness/telegramStack.ts';
import { expect } from '#e2e/harness/test.ts';
import { endUndo, holdUndo } from '#e2e/harness/undo.ts';
import { composerOf, lastAnswer, messagesOf, send } from '#e2e/sessionSeeds.ts';

// The longest file comes last: its tests are shared by both workers, each with a bot of its own.
test.describe.configure({ mode: 'parallel' });

/** Links an account as its owner does: opens the link, which sends its code to the bot. */
async function redeem(telegram: FakeTelegram, link: string | null, userId: number): Promise<void> {
  const url = new URL(link ?? '');
  expect(url.origin + url.pathname).toBe('https://t.me/registry_test_bot');
  await telegram.write(userId, `/start ${url.searchParams.get('start') ?? ''}`);
}

/** Links an account from the panel on the page, and closes the panel. */
async function connect(page: Page, telegram: FakeTelegram, userId: number): Promise<void> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitem', { name: 'Connect Telegram' }).click();
  const panel = page.getByRole('dialog', { name: 'Connect Telegram' });
  const link = panel.getByRole('link', { name: 'Open in Telegram' });
  await redeem(telegram, await link.getAttribute('href'), userId);
  await expect(panel.getByText('Ada is linked.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
}

test('one transcript in Telegram and on the web', async ({ page, account, telegram }) => {
  const ada = 5_100_000_001;
  await openSignedIn(page, account);
  await page.getByRole('button', { name: 'Connect Telegram' }).click();
  const panel = page.getByRole('dialog', { name: 'Connect Telegram' });
  const link = panel.getByRole('link', { name: 'Open in Telegram' });
  await expect(link).toBeVisible();
  await redeem(telegram, await link.getAttribute('href'), ada);
  await expect(panel.getByText('Ada is linked.')).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();

  await telegram.write(ada, 'Please count to 3');
  const row = sessionRows(page).filter({ hasText: 'Please count to 3' });
  await expect(row).toHaveAccessibleName(/^Telegram/);
  await row.click();
  await expect(messagesOf(page).getByText('via Telegram').first()).toBeVisible();
  await expect(lastAnswer(page)).toContainText('via Telegram · delivered');
  await expect(page.getByText('will also go to Telegram')).toBeVisible();

  // It is open: what is written in Telegram appears in it by itself.
  await telegram.write(ada, 'Please count to 4');
  const question = messagesOf(page).getByRole('article', { name: 'Your message' }).last();
  await expect(question).toContainText('Please count to 4via Telegram');
  await expect(lastAnswer(page)).toContainText('1 2 3 4');
  await expect(lastAnswer(page)).toContainText('via Telegram · delivered');

  await telegram.sendPhoto(ada, makePng('', 640, 480).buffer, 'Please count to 6');
  await expect(question).toContainText('Please count to 6via Telegram');
  await expect(question.getByRole('button', { name: /^Open photo/ })).toBeVisible();
  await expect(lastAnswer(page)).toContainText('1 2 3 4 5 6');
  await expect(lastAnswer(page)).toContainText('via Telegram · delivered');
  await keepPicture(page, 'telegram-photo');

  const before = (await telegram.show(ada)).length;
  await send(page, 'Please count to 5');
  await expect(lastAnswer(page)).toContainText('1 2 3 4 5');
  await expect(lastAnswer(page)).toContainText('also in Telegram · delivered');
  await expect(page.getByText('Telegram, continued on the web')).toBeVisible();
  const arrived = (await telegram.show(ada)).slice(before);
  expect(arrived).toHaveLength(2);
  expect(arrived[0]).toContain('Please count to 5');
  expect(arrived[1]).toContain('1 2 3 4 5');
});

test('what Telegram refuses is said, and goes out when tried again', async ({
  page,
  account,
  telegram,
}) => {
  const ada = 5_100_000_002;
  await openSignedIn(page, account);
  await connect(page, telegram, ada);
  await telegram.write(ada, 'Please count to 2');
  await sessionRows(page).first().click();
  await expect(lastAnswer(page)).toContainText('via Telegram · delivered');

  await telegram.refuseNext(403);
  await composerOf(page).fill('And now to 4');
  await composerOf(page).press('Enter');
  const question = messagesOf(page).getByRole('article', { name: 'Your message' }).last();
  await expect(question).toContainText('Not delivered to Telegram.');
  await expect(question).toContainText('The bot is blocked in Telegram.');
  await expect(sessionRows(page).first()).toContainText('Not delivered to Telegram');
  await expect(page.getByText('What you write will not arrive there.')).toBeVisible();
  await question.getByRole('button', { name: 'Try again' }).click();
  await expect(question).toContainText('Also in Telegram · delivered');
  await expect(page.getByText('will also go to Telegram')).toBeVisible();
  expect((await telegram.show(ada)).filter((text) => text.includes('And now to 4'))).toHaveLength(
    1,
  );
});

test('a session of the web goes on in Telegram, and the composer says so exactly then', async ({
  page,
  account,
  telegram,
}) => {
  const ada = 5_100_000_004;
  await openSignedIn(page, account);
  await connect(page, telegram, ada);
  await send(page, 'Please count to 3');
  await expect(lastAnswer(page)).toContainText('1 2 3');
  const note = page.getByText('will also go to Telegram');
  await expect(note).toBeHidden();

  await telegram.write(ada, '/sessions');
  await expect.poll(() => telegram.show(ada)).toHaveLength(2);
  await telegram.press(ada, 'Please count to 3 · Web');
  await expect(note).toBeVisible();
  await telegram.write(ada, 'Please count to 5');
  await expect(lastAnswer(page)).toContainText('1 2 3 4 5');
  await expect(page.getByText('Web, continued in Telegram')).toBeVisible();
  await send(page, 'Please count to 2');
  await expect(lastAnswer(page)).toContainText('also in Telegram · delivered');
  const texts = await telegram.show(ada);
  expect(texts.filter((text) => text === 'From the web:\nPlease count to 2')).toHaveLength(1);

  await telegram.write(ada, '/new');
  await expect(note).toBeHidden();
});

test('an account is removed after the time to undo it', async ({ page, account, telegram }) => {
  const ada = 5_100_000_003;
  await holdUndo(page);
  await openSignedIn(page, account);
  await connect(page, telegram, ada);
  await telegram.write(ada, 'Please count to 2');
  await sessionRows(page).first().click();
  const note = page.getByText('will also go to Telegram');
  await expect(note).toBeVisible();

  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitem', { name: 'Connect Telegram' }).click();
  await page.getByRole('button', { name: 'Remove Ada' }).click();
  await page.getByRole('button', { name: 'Undo removing Ada' }).click();
  await expect(page.getByText(/^Linked on/)).toBeVisible();
  await page.getByRole('button', { name: 'Remove Ada' }).click();
  await expect(page.getByRole('button', { name: 'Undo removing Ada' })).toBeVisible();
  await endUndo(page);
  await expect(page.getByRole('listitem').filter({ hasText: 'Ada' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Open in Telegram' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Settings' })).toBeFocused();
  await expect(note).toBeHidden();
  await telegram.write(ada, 'Are you there?');
  await expect
    .poll(async () => (await telegram.show(ada)).at(-1))
    .toContain('this account is not linked yet');
});
