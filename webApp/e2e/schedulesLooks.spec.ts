import { openSignedIn } from '#e2e/harness/accounts.ts';
import {
  expectAccessible,
  expectSteadyLayout,
  keepPicture,
  recordLayoutShift,
} from '#e2e/harness/measures.ts';
import { seedRegistry } from '#e2e/harness/realisticSessions.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { serveRunSessions, serveSchedules } from '#e2e/scheduleStandIns.ts';

const WIDTHS = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

for (const theme of ['light', 'dark'] as const) {
  for (const viewport of WIDTHS) {
    const name = `${viewport.width}-${theme}`;

    test.describe(name, () => {
      // What is refused on purpose is told by the browser as well.
      test.use({ viewport, colorScheme: theme, expectedConsole: /status of 422/ });

      test('the schedules, one of them and its form are accessible and steady', async ({
        page,
        account,
      }) => {
        await serveSchedules(page);
        await recordLayoutShift(page);
        await openSignedIn(page, account, '/schedules');
        const row = page.getByRole('link', { name: 'Daily digest', exact: true });
        await expect(row).toBeVisible();
        await expectSteadyLayout(page);
        await expectAccessible(page);
        await keepPicture(page, `schedules-${name}`);

        await row.click();
        await expect(page.getByText('The model gave no answer.')).toBeVisible();
        await expectAccessible(page);
        await keepPicture(page, `schedule-${name}`);

        await page.goto('/schedules/new');
        await expect(page.getByText('At 08:00 every day')).toBeVisible();
        await expectSteadyLayout(page);
        await expectAccessible(page);
        await keepPicture(page, `schedule-new-${name}`);

        await page.getByRole('radio', { name: 'Week', exact: true }).check();
        await page.getByRole('combobox', { name: 'Time zone' }).fill('lisb');
        await expect(page.getByRole('option', { name: /Lisbon/ })).toBeVisible();
        await expectAccessible(page);
        await keepPicture(page, `schedule-week-${name}`);
        await page.keyboard.press('Enter');
        await page.getByRole('radio', { name: 'Custom' }).check();
        await page.getByRole('textbox', { name: 'Cron expression' }).fill('0 0 8 * * 1-5');
        await expect(page.getByText('This must have five fields')).toBeVisible();
        await expectAccessible(page);
        await keepPicture(page, `schedule-bad-cron-${name}`);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(
          viewport.width,
        );
      });

      test('runs fold under their schedules in the picker', async ({ page, stack, account }) => {
        await serveSchedules(page);
        await serveRunSessions(page);
        await seedRegistry(stack, account);
        await recordLayoutShift(page);
        await openSignedIn(page, account);
        const fold = page.getByRole('button', { name: /Daily digest.*running/ });
        const drawer = page.getByRole('button', { name: 'Show sessions' });
        await expect(fold.or(drawer)).toBeVisible();
        if (await drawer.isVisible()) await drawer.click();
        await expect(fold).toBeVisible();
        await expectAccessible(page);
        await expectSteadyLayout(page);
        await keepPicture(page, `folded-${name}`);
        await fold.click();
        await expect(page.getByRole('link', { name: /^Run.*dentist/ })).toBeVisible();
        await expectAccessible(page);
        await keepPicture(page, `unfolded-${name}`);
      });
    });
  }
}

test.describe('nothing yet', () => {
  test('says what schedules are for and leads to the first one', async ({ page, account }) => {
    await page.route('**/api/chat/schedules', (route) =>
      route.fulfill({ json: { schedules: [] } }),
    );
    await openSignedIn(page, account, '/schedules');
    await expect(page.getByRole('button', { name: 'Make a schedule' })).toBeVisible();
    await expectAccessible(page);
    await keepPicture(page, 'schedules-empty');
  });
});

test.describe('schedules that cannot be loaded', () => {
  test.use({ expectedConsole: /Failed to load resource/ });

  test('are told and tried again', async ({ page, account }) => {
    await page.route('**/api/chat/schedules', (route) => route.abort());
    await openSignedIn(page, account, '/schedules');
    const again = page.getByRole('main').getByRole('button', { name: 'Try again' });
    await expect(again).toBeVisible({ timeout: 15_000 });
    await keepPicture(page, 'schedules-out-of-reach');
    await page.unroute('**/api/chat/schedules');
    await serveSchedules(page);
    await again.click();
    await expect(page.getByRole('link', { name: 'Week ahead' })).toBeVisible();
  });
});
