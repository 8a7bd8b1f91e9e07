import { readFile } from 'node:fs/promises';

import type { Page } from '@playwright/test';

import { openSignedIn } from '#e2e/harness/accounts.ts';
import { letThrough } from '#e2e/harness/letThrough.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { lastAnswer, messagesOf, seedMessages, send } from '#e2e/sessionSeeds.ts';

const ANSWERED = /Demo model ·/;

function myMessages(page: Page) {
  return messagesOf(page).getByRole('article', { name: 'Your message' });
}

async function edit(page: Page, words: string): Promise<void> {
  await myMessages(page).last().hover();
  await myMessages(page).last().getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Edited message' }).fill(words);
  await page.getByRole('textbox', { name: 'Edited message' }).press('Enter');
}

test('an edit is answered, and both versions stay, over a reload too', async ({
  page,
  account,
}) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Which nights were cold?');
  await expect(lastAnswer(page)).toContainText(ANSWERED);
  await edit(page, 'Which days were warm?');
  await expect(lastAnswer(page)).toContainText('Which days were warm?');
  await expect(lastAnswer(page)).toContainText(ANSWERED);
  await expect(messagesOf(page).getByRole('article')).toHaveCount(2);
  await expect(page.getByLabel('Version 2 of 2')).toBeVisible();

  await page.getByRole('button', { name: 'Previous version' }).press('Enter');
  await expect(myMessages(page)).toContainText('Which nights were cold?');
  await expect(lastAnswer(page)).toContainText('Which nights were cold?');
  await expect(page.getByRole('button', { name: 'Next version' })).toBeFocused();
  await page.reload();
  await expect(myMessages(page)).toContainText('Which nights were cold?');
  await expect(page.getByLabel('Version 1 of 2')).toBeVisible();
});

test('editing is given up with Escape and the draft is kept', async ({ page, account }) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Which nights were cold?');
  await expect(lastAnswer(page)).toContainText(ANSWERED);
  await myMessages(page).hover();
  await myMessages(page).getByRole('button', { name: 'Edit' }).click();
  const field = page.getByRole('textbox', { name: 'Edited message' });
  await expect(field).toBeFocused();
  await expect(page.getByRole('button', { name: 'Send', exact: true }).first()).toBeDisabled();
  await field.fill('Which nights were w');
  await field.press('Escape');
  await expect(myMessages(page)).toContainText('Which nights were cold?');
  await expect(myMessages(page).getByRole('button', { name: 'Edit' })).toBeFocused();
  await page.reload();
  await myMessages(page).hover();
  await myMessages(page).getByRole('button', { name: 'Edit' }).click();
  await expect(field).toHaveValue('Which nights were w');
});

test('an edit stops the answer to the words before', async ({ page, account }) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Please count to 900');
  await expect(lastAnswer(page)).toContainText('10 11 12');
  await edit(page, 'Please count to 5');
  await expect(lastAnswer(page)).toContainText('1 2 3 4 5.');
  await expect(lastAnswer(page)).toContainText(ANSWERED);
  await page.getByRole('button', { name: 'Previous version' }).click();
  await expect(lastAnswer(page)).toContainText(/Stopped at \d\d:\d\d\./);
});

test('a regenerated answer stands beside the one before', async ({ page, account }) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Please count to 200');
  await expect(lastAnswer(page)).toContainText(ANSWERED);
  await lastAnswer(page).hover();
  await lastAnswer(page).getByRole('button', { name: 'Regenerate' }).click();
  await expect(page.getByRole('button', { name: 'Stop answering' })).toBeVisible();
  await expect(page.getByLabel('Version 2 of 2')).toBeVisible();
  await expect(lastAnswer(page)).toContainText('198 199 200.');
  await expect(messagesOf(page).getByRole('article')).toHaveCount(2);
});

test('two devices that edit the same message both see both versions', async ({
  page,
  context,
  account,
}) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Which nights were cold?');
  await expect(lastAnswer(page)).toContainText(ANSWERED);
  const second = await context.newPage();
  await second.goto(page.url());
  await expect(myMessages(second)).toContainText('Which nights were cold?');
  await edit(second, 'From the second device');
  await expect(lastAnswer(second)).toContainText(ANSWERED);
  // The first device may not have heard of it yet.
  await edit(page, 'From the first device');
  for (const device of [page, second]) {
    await expect(myMessages(device)).toContainText('From the first device');
    await expect(device.getByLabel('Version 3 of 3')).toBeVisible();
  }
  await page.getByRole('button', { name: 'Previous version' }).click();
  for (const device of [page, second]) {
    await expect(myMessages(device)).toContainText('From the second device');
  }
});

test('a branch goes on in a session of its own', async ({ page, account }) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Which nights were cold?');
  await expect(lastAnswer(page)).toContainText(ANSWERED);
  const address = page.url();
  await lastAnswer(page).hover();
  await lastAnswer(page).getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Continue in a new session' }).click();
  await expect(
    page.getByRole('heading', { name: 'Which nights were cold? (branch)' }),
  ).toBeVisible();
  expect(page.url()).not.toBe(address);
  await expect(messagesOf(page).getByRole('article')).toHaveCount(2);
  await send(page, 'And which days?');
  await expect(lastAnswer(page)).toContainText('I have seen 3 messages');
  await page.goto(address);
  await expect(lastAnswer(page)).toContainText(ANSWERED);
  await expect(messagesOf(page).getByRole('article')).toHaveCount(2);
});

test('a session is exported as Markdown and as JSON', async ({ page, account }) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Which <b>nights</b> were cold?');
  await expect(lastAnswer(page)).toContainText(ANSWERED);
  for (const [item, suffix, words] of [
    ['As Markdown', '.md', 'Which &lt;b>nights&lt;/b> were cold?'],
    ['As JSON', '.json', '"format": "chat-registry-session"'],
  ] as const) {
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toMatch(/^which-b-nights-b-were-cold-\d{4}-/);
    expect(download.suggestedFilename()).toContain(suffix);
    expect(await readFile(await download.path(), 'utf8')).toContain(words);
  }
});

test.describe('without the server', () => {
  test.use({ expectedConsole: /Failed to load resource/ });

  test('a message sent from a stale page becomes a branch that both see', async ({
    page,
    browser,
    stack,
    account,
  }) => {
    const path = await seedMessages(stack, account, {
      title: 'Greenhouse frost nights',
      messages: [
        { role: 'user', content: 'Which nights were cold?' },
        { role: 'assistant', content: 'Four of them.' },
      ],
    });
    await openSignedIn(page, account, path);
    await expect(lastAnswer(page)).toContainText('Four of them.');
    // What happens elsewhere does not reach this page any more.
    await page.route(/\/sessions\/[^/]+\?/, (route) => route.abort());
    const context = await browser.newContext();
    const second = await context.newPage();
    await openSignedIn(second, account, new URL(page.url()).pathname);
    await send(second, 'From the second device');
    await expect(lastAnswer(second)).toContainText(ANSWERED);
    await send(page, 'From the stale page');
    await expect(lastAnswer(page)).toContainText(ANSWERED);
    await expect(messagesOf(page)).toContainText('Four of them.');
    for (const device of [page, second]) {
      await expect(myMessages(device).last()).toContainText('From the stale page');
      await expect(device.getByLabel('Version 2 of 2')).toBeVisible();
    }
    await second.getByRole('button', { name: 'Previous version' }).click();
    await expect(lastAnswer(second)).toContainText('From the second device');
    await context.close();
  });

  test('an edit is not lost and goes out once', async ({ page, account }) => {
    await openSignedIn(page, account, '/new');
    await send(page, 'Which nights were cold?');
    await expect(lastAnswer(page)).toContainText(ANSWERED);
    await page.route('**/messages/*', (route) =>
      route.request().method() === 'PATCH' ? route.abort() : route.fallback(),
    );
    await edit(page, 'Which days were warm?');
    await expect(page.getByText('Could not reach the server. Your words are kept.')).toBeVisible();
    await letThrough(page, '**/messages/*');
    // This time it arrives, and the word that it did is lost.
    await page.route('**/messages/*', async (route) => {
      if (route.request().method() !== 'PATCH') return route.fallback();
      await route.fetch();
      return route.abort();
    });
    await page.getByRole('textbox', { name: 'Edited message' }).press('Enter');
    await expect(lastAnswer(page)).toContainText('Which days were warm?');
    await expect(page.getByLabel('Version 2 of 2')).toBeVisible();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
});
