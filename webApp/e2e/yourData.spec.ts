import type { Locator, Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';

import { openSignedIn } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { letThrough } from '#e2e/harness/letThrough.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { lastAnswer, messagesOf, send } from '#e2e/sessionSeeds.ts';

const ZIP = { name: 'chat-registry.zip', mimeType: 'application/zip' };

/** A refused archive is told by the browser as well. */
test.use({ expectedConsole: /status of 422/ });

async function openPanel(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitem', { name: 'Your data' }).click();
  return page.getByRole('dialog', { name: 'Your data' });
}

test('everything is taken along, lost, brought in again, and brought in twice', async ({
  page,
  stack,
  account,
}) => {
  await seedSessions(
    stack,
    account,
    ['Letter to the landlord', 'Greenhouse frost nights'].map((title) => ({
      channel: 'web' as const,
      title,
      messages: [
        { role: 'user' as const, content: `About: ${title}?` },
        { role: 'assistant' as const, content: `This is known of ${title}.` },
      ],
    })),
  );
  // As in a browser that keeps a download until it is whole; the last part has the other kind.
  await page.addInitScript(() => Object.assign(window, { showSaveFilePicker: undefined }));
  await openSignedIn(page, account);
  await expect(sessionRows(page)).toHaveCount(2);
  let panel = await openPanel(page);
  const saving = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Export everything' }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toMatch(/^chat-registry-\d{4}-\d\d-\d\d\.zip$/);
  await expect(panel.getByText(/^Exported 2 sessions with 4 messages, \d KB\.$/)).toBeVisible();
  const archive = await readFile(await download.path());
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Settings' })).toBeFocused();

  await page.getByRole('link', { name: /Letter/ }).click();
  await page.getByRole('button', { name: 'Session menu' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(sessionRows(page)).toHaveText([/Greenhouse/]);

  panel = await openPanel(page);
  const chosen = page.waitForEvent('filechooser');
  await panel.getByRole('button', { name: 'Import an archive' }).click();
  await (await chosen).setFiles({ ...ZIP, buffer: archive });
  await expect(panel.getByText('1 session added, 1 already here.')).toBeVisible();
  await expect(panel.getByText('New: 2 messages.')).toBeVisible();
  await panel.getByLabel('File of the archive').setInputFiles({ ...ZIP, buffer: archive });
  await expect(panel.getByText(/^Nothing is new: all 2 sessions/)).toBeVisible();

  const broken = Buffer.from(archive);
  broken.writeUInt8(broken.readUInt8(120) ^ 0xff, 120);
  await panel.getByLabel('File of the archive').setInputFiles({ ...ZIP, buffer: broken });
  await expect(panel.getByText('This archive is damaged. Nothing was imported.')).toBeVisible();
  await expect(panel.getByText('sessions/000001.jsonl does not match its checksum.')).toBeVisible();
  await panel
    .getByLabel('File of the archive')
    .setInputFiles({ ...ZIP, buffer: archive.subarray(0, 500) });
  await expect(panel.getByText(/^This file is not a whole archive\./)).toBeVisible();

  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: /Letter/ }).click();
  await expect(messagesOf(page).getByText('This is known of Letter')).toBeVisible();
  await send(page, 'And is it sent?');
  await expect(lastAnswer(page)).toContainText('I have seen 3 messages');
});

test('an archive is written to a file as it arrives, and both ways can be cancelled', async ({
  page,
  stack,
  account,
}) => {
  await seedSessions(stack, account, [{ channel: 'web', title: 'Greenhouse frost nights' }]);
  // A real file, where no dialogue asks for its place.
  await page.addInitScript(() =>
    Object.assign(window, {
      showSaveFilePicker: async () =>
        (await navigator.storage.getDirectory()).getFileHandle('archive.zip', { create: true }),
    }),
  );
  /** How large the file is; -1 when there is none. */
  const sizeOfFile = () =>
    page.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle('archive.zip').catch(() => null);
      return handle ? (await handle.getFile()).size : -1;
    });
  await openSignedIn(page, account);
  const panel = await openPanel(page);
  const held = '**/api/chat/{export,import}';
  await page.route(held, () => undefined);
  await panel.getByRole('button', { name: 'Export everything' }).click();
  await expect(panel.getByRole('progressbar')).toBeVisible();
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel.getByText('The export was cancelled. Nothing was saved.')).toBeVisible();
  expect(await sizeOfFile()).toBe(-1);
  await panel
    .getByLabel('File of the archive')
    .setInputFiles({ ...ZIP, buffer: Buffer.from('PK') });
  await panel.getByRole('button', { name: 'Cancel' }).click();
  await expect(panel.getByText('The import was cancelled. Nothing was imported.')).toBeVisible();
  await letThrough(page, held);

  const { promise: closed, resolve: release } = Promise.withResolvers<null>();
  await page.route(held, async (route) => {
    await closed;
    await route.continue();
  });
  await panel.getByRole('button', { name: 'Export everything' }).click();
  // It goes on while the panel is closed, and says so when it is done.
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  release(null);
  await expect(page.getByText(/^Exported 1 session with 0 messages/)).toBeVisible();
  expect(await sizeOfFile()).toBeGreaterThan(300);
});
