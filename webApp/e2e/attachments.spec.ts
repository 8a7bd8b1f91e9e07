import { rm, writeFile } from 'node:fs/promises';

import postgres from 'postgres';

import { type Account, openSignedIn, signUp } from '#e2e/harness/accounts.ts';
import { expectSteadyLayout, recordLayoutShift } from '#e2e/harness/measures.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { letThrough } from '#e2e/harness/letThrough.ts';
import type { Stack } from '#e2e/harness/stack.ts';
import { expect, test } from '#e2e/harness/test.ts';
import {
  choose,
  draftFilesOf,
  makePdf,
  makePng,
  makeTable,
  paste,
  transfer,
} from '#e2e/attachmentFiles.ts';
import { composerOf, lastAnswer, messagesOf, seedMessages } from '#e2e/sessionSeeds.ts';

const UPLOADS = '**/api/chat/sessions/*/attachments';

test('files are chosen, pasted and dropped, sent, and there after a reload', async ({
  page,
  stack,
  account,
}) => {
  await openSignedIn(page, account, '/new');
  await expect(composerOf(page)).toBeFocused();
  // Slowed down, so that what is said on the way can be read.
  const { promise: held, resolve: release } = Promise.withResolvers<null>();
  await page.route(UPLOADS, async (route) => {
    await held;
    await route.continue();
  });
  await choose(page, makePng('field.png'), makePdf('lease.pdf'));
  await expect(draftFilesOf(page)).toHaveText([/field\.png/, /lease\.pdf/]);
  await expect(page.getByText('You can send when everything is uploaded.')).toBeVisible();
  await expect(page.getByRole('progressbar')).toHaveCount(2);
  await composerOf(page).fill('What does this say?');
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();
  release(null);
  await expect(draftFilesOf(page)).toHaveText([/field\.png\d KB/, /lease\.pdf\d+ bytes/]);

  await paste(page, makePng('image.png'));
  await expect(draftFilesOf(page).last()).toContainText(/Pasted image .* KB/);
  const pane = page.getByRole('main');
  await transfer(pane, 'dragover', [makeTable('nights.csv')]);
  await expect(page.getByText('Drop files here to attach them')).toBeVisible();
  await transfer(pane, 'drop', [makeTable('nights.csv')]);
  await expect(page.getByText('Drop files here to attach them')).toBeHidden();
  await expect(draftFilesOf(page)).toHaveCount(4);
  await expect(page.getByRole('progressbar')).toHaveCount(0);

  await draftFilesOf(page).nth(2).getByRole('button', { name: 'Remove' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Remove nights.csv' })).toBeFocused();

  // The session that the files were uploaded to is nobody's business before it has a message.
  await page.reload();
  await expect(draftFilesOf(page)).toHaveText([/field\.png/, /lease\.pdf/, /nights\.csv/]);
  await expect(composerOf(page)).toHaveValue('What does this say?');
  await expect(page.getByText('Sessions from Telegram and schedules appear here')).toBeVisible();
  await expect(sessionRows(page)).toHaveCount(0);
  await composerOf(page).press('Enter');
  await expect(page).toHaveURL(/\/sessions\//);
  await expect(draftFilesOf(page)).toHaveCount(0);
  await expect(lastAnswer(page)).toContainText('Demo model ·');
  await expect(sessionRows(page)).toHaveCount(1);

  await recordLayoutShift(page);
  await page.reload();
  const mine = messagesOf(page).getByRole('article', { name: 'Your message' });
  await expect(mine).toContainText('What does this say?');
  const image = mine.getByRole('button', { name: 'Open field.png' });
  await expect(image).toBeVisible();
  await expect(mine.getByRole('button', { name: 'Open lease.pdf' })).toContainText('PDF ·');
  await expect(mine.getByRole('button', { name: 'Open nights.csv' })).toContainText('Table ·');
  await expectSteadyLayout(page);
  const address = await image.locator('img').getAttribute('src');
  expect(address).toMatch(/^blob:/);

  await image.focus();
  await page.keyboard.press('Enter');
  const sheet = page.getByRole('dialog', { name: 'field.png' });
  await expect(sheet.getByRole('img', { name: 'field.png' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  await expect(image).toBeFocused();

  const saving = page.waitForEvent('download');
  await mine.getByRole('button', { name: 'Download lease.pdf' }).click();
  expect((await saving).suggestedFilename()).toBe('lease.pdf');

  // An edit leaves one out; the version before keeps it.
  await mine.getByRole('button', { name: 'Edit' }).press('Enter');
  await page.getByRole('button', { name: 'Remove lease.pdf' }).click();
  await page.getByRole('textbox', { name: 'Edited message' }).press('Enter');
  await expect(mine.getByLabel('Version 2 of 2')).toBeVisible();
  await expect(mine.getByRole('button', { name: 'Open lease.pdf' })).toHaveCount(0);
  await expect(image).toBeVisible();
  await mine.getByRole('button', { name: 'Previous version' }).click();
  await expect(mine.getByRole('button', { name: 'Open lease.pdf' })).toBeVisible();

  // Its address is worth nothing to anybody else.
  const sessionId = page.url().split('/').at(-1) ?? '';
  const tokenOf = ({ signIn }: { signIn: unknown }) =>
    (signIn as { access_token: string }).access_token;
  const get = (path: string, token: string) =>
    fetch(`${stack.base_url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  const own = tokenOf(account);
  const { messages } = (await (
    await get(`/api/chat/sessions/${sessionId}/messages`, own)
  ).json()) as { messages: { attachments: { url: string }[] }[] };
  const url = messages[0]?.attachments[0]?.url ?? '';
  expect((await get(url, own)).status).toBe(200);
  expect((await get(url, tokenOf(await signUp(stack, 'stranger')))).status).toBe(404);
  expect((await fetch(`${stack.base_url}${url}`)).status).toBe(401);
});

test.describe('a file that cannot be attached', () => {
  test.use({ expectedConsole: /Failed to load resource/ });

  test('says why, is tried again, and holds the message back', async ({ page, stack, account }) => {
    const path = await seedMessages(stack, account, { title: 'Greenhouse', messages: [] });
    await openSignedIn(page, account, path);
    const film = test.info().outputPath('film.mov');
    await writeFile(film, Buffer.alloc(21 << 20));
    await choose(page, film);
    await expect(draftFilesOf(page)).toHaveText([/This file is larger than 20 MB\./]);
    const markup = Buffer.from('<!doctype html><script>alert(1)</script>');
    await choose(
      page,
      { name: 'chart.png', mimeType: 'image/png', buffer: markup },
      { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
    );
    await expect(draftFilesOf(page)).toHaveText([
      /This file is larger than 20 MB\./,
      /This file is not what its name says\./,
      /This file is empty\./,
    ]);
    await expect(page.getByText('3 files are not attached. Remove them.')).toBeVisible();
    await composerOf(page).fill('Here they are');
    await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();
    for (const name of ['film.mov', 'chart.png', 'empty.txt']) {
      await page.getByRole('button', { name: `Remove ${name}` }).click();
    }
    await expect(composerOf(page)).toBeFocused();

    // Moved away on the disk while it was on its way, which looks like a lost connection.
    const moved = test.info().outputPath('moved.txt');
    await writeFile(moved, 'Here today');
    await page.route(
      UPLOADS,
      async (route) => {
        await rm(moved);
        await route.abort();
      },
      { times: 1 },
    );
    await choose(page, moved);
    await expect(draftFilesOf(page)).toHaveText([/This file cannot be read\./]);
    await page.getByRole('button', { name: 'Remove moved.txt' }).click();

    await page.route(UPLOADS, (route) => route.abort(), { times: 1 });
    await choose(page, makePng('field.png'));
    await expect(draftFilesOf(page)).toHaveText([/Could not reach the server\./]);
    await draftFilesOf(page).getByRole('button', { name: 'Try again' }).click();
    await expect(draftFilesOf(page)).toHaveText([/field\.png\d KB/]);
    await composerOf(page).fill('');
    // A file needs no words.
    await page.getByRole('button', { name: 'Send' }).click();
    const mine = messagesOf(page).getByRole('article', { name: 'Your message' });
    await expect(mine.getByRole('button', { name: 'Open field.png' })).toBeVisible();
    await expect(lastAnswer(page)).toContainText('Demo model ·');
    await expect(sessionRows(page)).toHaveCount(1);

    // Bytes that do not come leave their room, and a way to ask again.
    await page.route('**/api/chat/attachments/*', (route) => route.fulfill({ status: 418 }));
    await recordLayoutShift(page);
    await page.reload();
    const again = mine.getByRole('button', { name: 'Load field.png again' });
    await expect(again).toBeVisible();
    await letThrough(page, '**/api/chat/attachments/*');
    await again.click();
    await expect(mine.getByRole('button', { name: 'Open field.png' })).toBeVisible();
    await expectSteadyLayout(page);
  });
});

/** How many files the server keeps for messages of a user, sent or not. */
async function countFiles(stack: Stack, account: Account): Promise<number> {
  const sql = postgres(stack.db_url, { max: 1 });
  const rows = await sql`select from chat_attachments where user_id = ${account.id}`;
  await sql.end();
  return rows.count;
}

test('signing out leaves no file behind, here or on the server', async ({
  page,
  stack,
  account,
}) => {
  await openSignedIn(page, account, '/new');
  await choose(page, makePng('field.png'));
  await expect(draftFilesOf(page)).toHaveText([/field\.png\d KB/]);
  expect(await countFiles(stack, account)).toBe(1);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('field.png');
  await expect.poll(() => countFiles(stack, account)).toBe(0);
});
