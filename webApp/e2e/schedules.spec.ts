import type { Page } from '@playwright/test';

import { type Account, openSignedIn } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { holdUndo } from '#e2e/harness/undo.ts';
import { composerOf, lastAnswer, messagesOf, send } from '#e2e/sessionSeeds.ts';

function nextRuns(page: Page) {
  return page.getByRole('region', { name: 'Next runs' });
}

function foldOf(page: Page, title: string) {
  return page
    .getByRole('navigation', { name: 'Sessions' })
    .getByRole('button', { name: new RegExp(title) });
}

/** Fills the form in and saves it; returns when the schedule's own page is there. */
async function makeSchedule(page: Page, title: string, prompt: string): Promise<void> {
  await page.getByRole('textbox', { name: 'What should the agent do?' }).fill(prompt);
  await page.getByRole('textbox', { name: 'Name' }).fill(title);
  await page.getByRole('button', { name: 'Create schedule' }).click();
  await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible();
}

async function openNew(page: Page, account: Account): Promise<void> {
  await openSignedIn(page, account, '/schedules/new');
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeVisible();
}

test('a schedule is made, run, found folded in the picker and continued', async ({
  page,
  stack,
  account,
}) => {
  await seedSessions(stack, account, [{ channel: 'web', title: 'Letter to the landlord' }]);
  await openSignedIn(page, account);
  await page.getByRole('button', { name: 'Schedules' }).click();
  await page.getByRole('button', { name: 'Make a schedule' }).click();
  await page.getByRole('radio', { name: 'Weekday', exact: true }).check();
  await page.getByLabel('At', { exact: true }).fill('07:30');
  await expect(nextRuns(page).getByRole('listitem')).toHaveCount(5);
  await expect(nextRuns(page).getByRole('listitem').first()).toContainText('07:30');
  await makeSchedule(page, 'Daily digest', 'Please count to 3');
  await expect(nextRuns(page).getByRole('listitem')).toHaveCount(5);
  await expect(page.getByText('It has not run yet.')).toBeVisible();

  await page.getByRole('button', { name: 'Run now' }).click();
  await expect(page.getByRole('main').getByText('Done')).toBeVisible();
  await expect(page.getByText('Started by hand', { exact: false })).toBeVisible();

  const fold = foldOf(page, 'Daily digest');
  await expect(fold).toHaveAccessibleName(/Daily digest.*last.*1 run$/);
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  await expect(sessionRows(page)).toHaveText([/Letter to the landlord/]);
  await fold.click();
  const run = page.getByRole('link', { name: /^Run/ });
  await expect(run).toContainText('This is the demo model.');
  await run.click();
  await expect(messagesOf(page)).toContainText('Please count to 3');
  await expect(lastAnswer(page)).toContainText('1 2 3');

  const origin = page.getByRole('main').getByRole('link', { name: 'Daily digest' });
  await expect(page.getByText('Run of Daily digest')).toBeVisible();
  await send(page, 'Please count to 5');
  await expect(lastAnswer(page)).toContainText('1 2 3 4 5');
  // Continued, it is a session among the others as well.
  const continued = sessionRows(page).filter({ hasText: /^Schedule/ });
  await expect(continued).toHaveAccessibleName(/Daily digest/);
  await origin.click();
  await expect(page.getByRole('link', { name: /^Open the session of/ })).toBeVisible();
});

test('the keyboard unfolds a schedule, reaches its runs and folds it again', async ({
  page,
  account,
}) => {
  await openNew(page, account);
  await makeSchedule(page, 'Week ahead', 'Please count to 2');
  await page.getByRole('button', { name: 'Run now' }).click();
  const fold = foldOf(page, 'Week ahead');
  await expect(fold).toHaveAccessibleName(/last/);
  await fold.focus();
  await page.keyboard.press('ArrowRight');
  await expect(fold).toHaveAttribute('aria-expanded', 'true');
  const run = page.getByRole('link', { name: /^Run/ });
  await expect(run).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('link', { name: 'Go to the schedule' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(run).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(fold).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  await expect(run).toBeHidden();

  // The filter shows the same row.
  await page.getByRole('button', { name: /^Runs/ }).click();
  await expect(fold).toBeVisible();
  await page.getByRole('button', { name: /^Web/ }).click();
  await expect(fold).toBeHidden();
});

test('a deleted schedule can be had back, or is gone after the time to undo it', async ({
  page,
  account,
}) => {
  await holdUndo(page);
  await openNew(page, account);
  await makeSchedule(page, 'Flat hunt', 'Look for flats');
  await page.getByRole('button', { name: 'Delete this schedule' }).click();
  const undo = page.getByRole('button', { name: 'Undo deleting Flat hunt' });
  await expect(undo).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Flat hunt' }).click();
  await page.getByRole('button', { name: 'Delete this schedule' }).click();
  await expect(undo).toBeVisible();
  // Leaving is meant: nothing is asked for a second time.
  await page.reload();
  await expect(page.getByRole('button', { name: 'Make a schedule' })).toBeVisible();
});

test.describe('what cannot be', () => {
  // What is refused on purpose is told by the browser as well.
  test.use({ expectedConsole: /status of (422|404)/ });

  test('a wrong expression says where, and the form outlives a reload', async ({
    page,
    account,
  }) => {
    await openNew(page, account);
    await page.getByRole('textbox', { name: 'What should the agent do?' }).fill('What is new?');
    await page.getByRole('radio', { name: 'Custom' }).check();
    const cron = page.getByRole('textbox', { name: 'Cron expression' });
    await cron.fill('0 0 8 * * 1-5');
    await expect(page.getByRole('alert').filter({ hasText: 'this has 6' })).toBeVisible();
    await cron.fill('0 24 * * *');
    await expect(cron).toHaveAccessibleDescription(/The hour \(field 2, character 3\)/);
    await page.getByRole('button', { name: 'Create schedule' }).click();
    await expect(cron).toHaveAccessibleDescription(/The hour \(field 2, character 3\)/);

    await page.reload();
    await expect(cron).toHaveValue('0 24 * * *');
    await cron.fill('0 8 * * 1');
    await expect(nextRuns(page).getByRole('listitem')).toHaveCount(5);
    await makeSchedule(page, 'Monday', 'What is new?');
    await page.goto('/schedules/new');
    await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('');
  });

  test('a schedule that is not there is said', async ({ page, account }) => {
    await openSignedIn(page, account, '/schedules/00000000-0000-4000-8000-000000000000');
    await page.getByRole('button', { name: 'See your schedules' }).click();
    await expect(page.getByRole('button', { name: 'Make a schedule' })).toBeVisible();
  });
});

test('a change on one device shows on another by itself', async ({ page, account, browser }) => {
  await openNew(page, account);
  await makeSchedule(page, 'Energy report', 'How much did we use?');
  const other = await browser.newPage({ baseURL: new URL(page.url()).origin });
  await openSignedIn(other, account, new URL(page.url()).pathname);
  await expect(nextRuns(other).getByRole('listitem')).toHaveCount(5);
  await page.getByRole('button', { name: 'Pause this schedule' }).click();
  await expect(nextRuns(other)).toContainText('Paused');
  await page.getByRole('button', { name: 'Change this schedule' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Energy of the month');
  await page.getByRole('radio', { name: 'Month', exact: true }).check();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(other.getByRole('heading', { name: 'Energy of the month', level: 1 })).toBeVisible();
  await other.close();
  await expect(composerOf(page)).toHaveCount(0);
});
