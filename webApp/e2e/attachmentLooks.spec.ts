import { openSignedIn } from '#e2e/harness/accounts.ts';
import { expectAccessible, keepPicture } from '#e2e/harness/measures.ts';
import { expect, test } from '#e2e/harness/test.ts';
import {
  choose,
  draftFilesOf,
  makePdf,
  makePng,
  makeTable,
  transfer,
} from '#e2e/attachmentFiles.ts';
import { composerOf, lastAnswer, messagesOf } from '#e2e/sessionSeeds.ts';

const LOOKS = [
  { theme: 'light', viewport: { width: 1440, height: 900 } },
  { theme: 'dark', viewport: { width: 360, height: 780 } },
] as const;

for (const { theme, viewport } of LOOKS) {
  const name = `${viewport.width}-${theme}`;

  test.describe(name, () => {
    test.use({ viewport, colorScheme: theme, expectedConsole: /Failed to load resource/ });

    test('files are accessible while they are attached and after', async ({ page, account }) => {
      await openSignedIn(page, account, '/new');
      await composerOf(page).fill('Is the lower field dry enough for the tractor?');
      await choose(page, makePng('lower-field.png'), makeTable('greenhouse-november.csv'));
      await expect(page.getByRole('progressbar')).toHaveCount(0);
      await page.route('**/attachments', (route) => route.abort(), { times: 1 });
      await choose(page, makePdf('Soil report of both fields, spring and autumn.pdf'));
      await expect(draftFilesOf(page).last()).toContainText('Could not reach the server.');
      const empty = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) };
      await choose(page, empty);
      const { promise: held, resolve: release } = Promise.withResolvers<null>();
      await page.route('**/attachments', async (route) => {
        await held;
        await route.continue();
      });
      await choose(page, makePng('upper-field.png', 300, 500));
      await expect(page.getByRole('progressbar')).toHaveCount(1);
      await expect(draftFilesOf(page)).toHaveCount(5);
      await expectAccessible(page);
      await keepPicture(page, `attaching-${name}`);
      await transfer(page.getByRole('main'), 'dragover', [makePdf('lease.pdf')]);
      await keepPicture(page, `dropping-${name}`);
      await transfer(page.getByRole('main'), 'drop', []);

      release(null);
      await page.getByRole('button', { name: 'Remove notes.txt' }).click();
      await draftFilesOf(page).getByRole('button', { name: 'Try again' }).click();
      await expect(page.getByRole('progressbar')).toHaveCount(0);
      await page.getByRole('button', { name: 'Send' }).click();
      await expect(lastAnswer(page)).toContainText('Demo model ·');
      await choose(page, makePng('lower-field.png', 900, 300));
      await expect(draftFilesOf(page)).toHaveText([/\d KB/]);
      await page.getByRole('button', { name: 'Send' }).click();
      const mine = messagesOf(page).getByRole('article', { name: 'Your message' });
      await expect(mine.last().getByRole('button', { name: 'Open lower-field.png' })).toBeVisible();
      // The second answer, to its end: the view follows it till then.
      await expect(lastAnswer(page)).toContainText(/seen \d+ messages[^]*Demo model ·/);
      await keepPicture(page, `sent-files-end-${name}`);
      await messagesOf(page).evaluate((list) => list.scrollTo(0, 0));
      await expect(
        mine.first().getByRole('button', { name: 'Open upper-field.png' }),
      ).toBeVisible();
      await expectAccessible(page);
      await keepPicture(page, `sent-files-top-${name}`);
      await mine.first().getByRole('button', { name: 'Open upper-field.png' }).press('Enter');
      const sheet = page.getByRole('dialog', { name: 'upper-field.png' });
      await expect(sheet.getByText('2 of 2')).toBeVisible();
      await expectAccessible(page);
      await keepPicture(page, `lightbox-${name}`);
      await page.keyboard.press('ArrowLeft');
      await expect(page.getByRole('dialog', { name: 'lower-field.png' })).toBeVisible();
      await page.keyboard.press('Escape');

      await mine.first().getByRole('button', { name: 'Edit' }).press('Enter');
      await expect(page.getByRole('textbox', { name: 'Edited message' })).toBeVisible();
      await keepPicture(page, `editing-files-${name}`);
    });
  });
}
