import type { Page } from '@playwright/test';

import { type Account, openSignedIn } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { holdUndo } from '#e2e/harness/undo.ts';

/** Keeps the news of other devices from a page until the returned function is called. */
async function holdNews(page: Page): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<null>();
  // It stays in place, and lets all through by then: taken away, it might take one along that waits.
  await page.route('**/api/chat/sessions/changes*', async (route) => {
    await released;
    await route.fallback().catch(() => undefined);
  });
  return () => {
    release(null);
  };
}

async function choose(page: Page, title: string, item: string): Promise<void> {
  await sessionRows(page).filter({ hasText: title }).hover();
  await page.getByRole('button', { name: `Menu of ${title}` }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

async function rename(page: Page, title: string, to: string): Promise<void> {
  await choose(page, title, 'Rename');
  await page.getByRole('textbox', { name: 'Title' }).fill(to);
  await page.keyboard.press('Enter');
  await expect(sessionRows(page).filter({ hasText: to })).toBeVisible();
}

/** As a device does whose page is not part of the test. */
async function deleteElsewhere(page: Page, account: Account, sessionId: string): Promise<void> {
  const { access_token: token } = account.signIn as { access_token: string };
  const address = `/api/chat/sessions/${encodeURIComponent(sessionId)}`;
  const headers = { Authorization: `Bearer ${token}` };
  expect((await page.request.delete(address, { headers })).status()).toBe(204);
}

/** A message of the user in the open session. */
function said(page: Page, text: string) {
  return page.getByRole('article', { name: 'Your message' }).getByText(text, { exact: true });
}

test.use({ expectedConsole: /404/ });

test('two devices change the same sessions, and both see it', async ({
  page,
  browser,
  stack,
  account,
}) => {
  const [letterId = '', tripId = ''] = await seedSessions(stack, account, [
    { channel: 'web', title: 'Letter', messages: [{ role: 'user', content: 'Dear landlord' }] },
    { channel: 'web', title: 'Trip', messages: [{ role: 'user', content: 'Two days' }] },
  ]);
  await holdUndo(page);
  await openSignedIn(page, account);
  const other = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  await holdUndo(other);
  await openSignedIn(other, account, `/sessions/${encodeURIComponent(letterId)}`);
  await expect(sessionRows(page)).toHaveCount(2);
  await expect(sessionRows(other)).toHaveCount(2);

  await test.step('renamed on both: the last to arrive wins, and says what it replaced', async () => {
    const releaseNews = await holdNews(other);
    await rename(page, 'Letter', 'Heating');
    await rename(other, 'Letter', 'Landlord');
    await expect(other.getByText('It had just been renamed “Heating” elsewhere.')).toBeVisible();
    await expect(sessionRows(page).filter({ hasText: 'Landlord' })).toBeVisible();
    await other.getByRole('button', { name: 'Take that name' }).click();
    await expect(other.getByRole('heading', { name: 'Heating' })).toBeVisible();
    await expect(sessionRows(page).filter({ hasText: 'Heating' })).toBeVisible();
    releaseNews();
  });

  await test.step('both write into one session: the later message becomes a branch', async () => {
    await page.getByRole('link', { name: /Heating/ }).click();
    await expect(said(page, 'Dear landlord')).toBeVisible();
    const releaseNews = await holdNews(other);
    await write(page, 'The heating is cold.');
    await expect(page.getByRole('article')).toHaveCount(3);
    await write(other, 'The rent is high.');
    await expect(said(page, 'The rent is high.')).toBeVisible();
    releaseNews();
    await page.getByRole('button', { name: 'Previous version' }).click();
    await expect(said(page, 'The heating is cold.')).toBeVisible();
  });

  await test.step('archived here and deleted there: it is gone, with a word', async () => {
    const releaseNews = await holdNews(page);
    await deleteElsewhere(page, account, tripId);
    await choose(page, 'Trip', 'Archive');
    await expect(page.getByText('“Trip” was deleted on another device.')).toBeVisible();
    releaseNews();
    await expect(sessionRows(page)).toHaveText([/Heating/]);
    await expect(sessionRows(other)).toHaveText([/Heating/]);
  });

  await test.step('deleted while it is open: it can be read, and the draft goes on', async () => {
    await other.getByRole('textbox', { name: 'Message' }).fill('One more thing');
    await deleteElsewhere(page, account, letterId);
    await expect(other.getByText('This session was deleted on another device.')).toBeVisible();
    await expect(said(other, 'Dear landlord')).toBeVisible();
    await expect(other.getByRole('button', { name: /^(Edit|Regenerate|More)$/ })).toHaveCount(0);
    await other.getByRole('button', { name: 'Go on in a new session' }).click();
    await expect(other.getByRole('textbox', { name: 'Message' })).toHaveValue('One more thing');
    await expect(sessionRows(page)).toHaveCount(0);
  });
  await other.context().close();
});

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}
