import type { Page, Response } from '@playwright/test';

import { openSignedIn } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { seedRuns } from '#e2e/harness/seedRuns.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { letThrough } from '#e2e/harness/letThrough.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { holdUndo } from '#e2e/harness/undo.ts';
import { composerOf } from '#e2e/sessionSeeds.ts';

const MINUTE_MS = 60_000;

// One is refused, and some are deleted twice: as the page is left, and by the next visit.
test.use({ expectedConsole: /status of 4(22|04)/ });

function barOf(page: Page) {
  return page.getByRole('group', { name: 'Selected sessions' });
}

/** The server's answer to the next change of a session. */
function nextChange(page: Page, sessionId: string): Promise<Response> {
  return page.waitForResponse(
    (response) =>
      response.request().method() === 'PATCH' &&
      response.url().endsWith(encodeURIComponent(sessionId)),
  );
}

function boxOf(page: Page, title: string) {
  return page.getByRole('checkbox', { name: new RegExp(title) });
}

test('several sessions are chosen by pointer and keys, and changed, undone and deleted as one', async ({
  page,
  stack,
  account,
}) => {
  const titles = ['One', 'Two', 'Three', 'Four', 'Five'];
  const [, secondId = ''] = await seedSessions(
    stack,
    account,
    titles.map((title, index) => ({
      channel: 'web',
      title: `Letter ${title}`,
      updatedAt: new Date(Date.now() - index * MINUTE_MS),
    })),
  );
  const newestAt = new Date(Date.now() - 60 * MINUTE_MS);
  await seedRuns(stack, account, { title: 'Hourly watch', count: 3, newestAt });
  await holdUndo(page);
  await openSignedIn(page, account);
  await expect(sessionRows(page)).toHaveCount(5);
  const bar = barOf(page);

  await sessionRows(page).filter({ hasText: 'One' }).hover();
  await page.getByRole('button', { name: 'Menu of Letter One' }).click();
  await page.getByRole('menuitem', { name: 'Select' }).click();
  await expect(boxOf(page, 'One')).toBeChecked();
  await expect(boxOf(page, 'One')).toBeFocused();
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByRole('status').filter({ hasText: '3 selected' })).toBeAttached();
  await page.keyboard.press('Shift+ArrowUp');
  await expect(bar).toContainText('2 selected');
  const archived = nextChange(page, secondId);
  await bar.getByRole('button', { name: 'Archive' }).click();
  await expect(page.getByText('2 sessions are in the archive.')).toBeVisible();
  await expect(sessionRows(page)).toHaveText([/Three/, /Four/, /Five/]);
  // The focus stays in the list, on the row that has taken the place of the last one.
  await expect(sessionRows(page).nth(1)).toBeFocused();
  await archived;
  const restored = nextChange(page, secondId);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(sessionRows(page)).toHaveCount(5);
  await restored;

  // From here on the server refuses one of them.
  await page.route(`**/api/chat/sessions/${encodeURIComponent(secondId)}`, (route) =>
    route.request().method() === 'PATCH'
      ? route.fulfill({ status: 422, json: { code: 'x', status: 422, detail: 'No.' } })
      : route.fallback(),
  );
  await sessionRows(page)
    .filter({ hasText: 'Five' })
    .click({ modifiers: ['ControlOrMeta'] });
  await boxOf(page, 'Two').click();
  await bar.getByRole('button', { name: 'Pin' }).click();
  await expect(page.getByText('1 of 2 sessions is as it was.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Pinned' })).toBeVisible();
  await expect(sessionRows(page).first()).toHaveText(/Five/);
  await letThrough(page, `**/api/chat/sessions/${encodeURIComponent(secondId)}`);

  // Everything that is loaded, the runs of an unfolded schedule too; Escape leaves all as it is.
  await page.getByRole('button', { name: /Hourly watch/ }).click();
  await expect(page.getByRole('link', { name: /^Run Result 3/ })).toBeVisible();
  await sessionRows(page).first().focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(bar).toContainText('8 selected');
  await page.keyboard.press('Escape');
  await expect(bar).toBeHidden();
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible();

  await page.getByRole('link', { name: /Letter Four/ }).click();
  await expect(page).toHaveTitle(/Letter Four/);
  await page.getByRole('link', { name: /Run Result 3/ }).click({ modifiers: ['ControlOrMeta'] });
  await boxOf(page, 'Run Result 2').click({ modifiers: ['Shift'] });
  await boxOf(page, 'Letter Four').click();
  await bar.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('3 sessions are deleted.')).toBeVisible();
  await expect(page.getByRole('link', { name: /Letter Four|Result [23]/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(page).toHaveTitle(/Letter Four/);
  await expect(page.getByRole('link', { name: /Letter Four|Result [23]/ })).toHaveCount(3);

  await expect(composerOf(page)).toBeFocused();
  await page.getByRole('link', { name: /Letter Four/ }).focus();
  await page.keyboard.press('ControlOrMeta+a');
  await bar.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('8 sessions are deleted.')).toBeVisible();
  // Whoever leaves before the time to undo is over has meant it, also what is not sent by then.
  await page.goto('/');
  await expect(page.getByRole('button', { name: /Hourly watch/ })).toBeVisible();
  await expect(page.getByRole('link', { name: /Letter/ })).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('button', { name: /Hourly watch/ })).toBeVisible();
  await expect(page.getByRole('link', { name: /Letter/ })).toHaveCount(0);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 780 }, hasTouch: true });

  test('a long press chooses, taps choose more, and the archive gives back', async ({
    page,
    stack,
    account,
  }) => {
    await seedSessions(
      stack,
      account,
      ['One', 'Two', 'Three'].map((title) => ({ channel: 'web', title: `Letter ${title}` })),
    );
    await openSignedIn(page, account);
    const row = sessionRows(page).filter({ hasText: 'One' });
    await row.dispatchEvent('pointerdown', { pointerType: 'touch' });
    await expect(boxOf(page, 'One')).toBeChecked();
    await boxOf(page, 'One').dispatchEvent('pointerup', { pointerType: 'touch' });
    await boxOf(page, 'Three').tap();
    const bar = barOf(page);
    await expect(bar).toContainText('2 selected');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await bar.getByRole('button', { name: 'Archive' }).tap();
    await expect(sessionRows(page)).toHaveText([/Two/]);

    await page.getByRole('button', { name: 'Archive', exact: true }).tap();
    await expect(sessionRows(page)).toHaveCount(2);
    await page.getByRole('button', { name: 'Settings' }).tap();
    await page.getByRole('menuitem', { name: 'Select sessions' }).tap();
    await expect(page.getByRole('checkbox').first()).toBeFocused();
    await bar.getByRole('button', { name: 'Select all that are loaded' }).tap();
    await expect(bar).toContainText('2 selected');
    await bar.getByRole('button', { name: 'Take out of the archive' }).tap();
    await expect(page.getByText('Nothing is in the archive.')).toBeVisible();
    await page.getByRole('button', { name: 'Show all sessions' }).tap();
    await expect(sessionRows(page)).toHaveCount(3);
  });
});
