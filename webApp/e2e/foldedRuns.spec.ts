import { openSignedIn } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { seedRuns } from '#e2e/harness/seedRuns.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';

const HOUR = 60 * 60 * 1000;

test('many runs bury nothing, and all of them are reached in their fold', async ({
  page,
  stack,
  account,
}) => {
  await seedRuns(stack, account, { title: 'Hourly watch', count: 95 });
  await seedSessions(stack, account, [
    { channel: 'web', title: 'Letter to the landlord', updatedAt: new Date(Date.now() - HOUR) },
    { channel: 'telegram', title: 'Cake for Ines', updatedAt: new Date(Date.now() - 90 * HOUR) },
  ]);
  await openSignedIn(page, account);
  const list = page.getByRole('navigation', { name: 'Sessions' });
  const fold = list.getByRole('button', { name: /Hourly watch.*last.*95 runs/ });
  await expect(fold).toBeVisible();
  await expect(sessionRows(page)).toHaveText([/Letter to the landlord/, /Cake for Ines/]);

  await fold.click();
  await expect(page.getByRole('link', { name: /^Run Result 95 / })).toBeVisible();
  // Only what is in sight is mounted.
  expect(await sessionRows(page).count()).toBeLessThan(60);
  await expect(async () => {
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await expect(page.getByRole('link', { name: /^Run Result 1 / })).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(page.getByRole('link', { name: /Cake for Ines/ })).toBeVisible();
  await page.getByRole('link', { name: /^Run Result 1 / }).click();
  await expect(page.getByText('Run of Hourly watch')).toBeVisible();

  await list.evaluate((element) => element.scrollTo(0, 0));
  await fold.press('Enter');
  await expect(sessionRows(page)).toHaveText([/Letter to the landlord/, /Cake for Ines/]);
});

test('a failed run is seen without unfolding, with its reason on the schedule', async ({
  page,
  stack,
  account,
}) => {
  const failureReason = 'The model gave no answer.';
  await seedRuns(stack, account, { title: 'Frost warning', count: 25, failureReason });
  await openSignedIn(page, account);
  const fold = page.getByRole('button', { name: /Frost warning.*failed.*25 runs/ });
  await fold.click();
  await page.getByRole('link', { name: 'Go to the schedule' }).click();
  const runs = page.getByRole('list', { name: /^Runs/ }).getByRole('listitem');
  await expect(runs.first()).toContainText(failureReason);
  await expect(runs.first().getByRole('button', { name: 'Run again' })).toBeEnabled();
  await expect(runs).toHaveCount(20);
  await page.getByRole('button', { name: 'Show older runs' }).click();
  await expect(runs).toHaveCount(25);
});

test('runs of a deleted schedule stay among the runs', async ({ page, stack, account }) => {
  const id = await seedRuns(stack, account, { title: 'Flat hunt', count: 2 });
  await openSignedIn(page, account, `/schedules/${id}`);
  await page.getByRole('button', { name: 'Delete this schedule' }).click();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Make a schedule' })).toBeVisible();
  await page.getByRole('button', { name: /^Runs/ }).click();
  await expect(sessionRows(page)).toHaveText([/Flat hunt.*Result 2/, /Flat hunt.*Result 1/]);
});
