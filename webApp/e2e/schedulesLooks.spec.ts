import { openSignedIn } from '#e2e/harness/accounts.ts';
import {
  expectAccessible,
  expectSteadyLayout,
  keepPicture,
  look,
  recordLayoutShift,
} from '#e2e/harness/measures.ts';
import { seedRegistry } from '#e2e/harness/realisticSessions.ts';
import { letThrough } from '#e2e/harness/letThrough.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { serveRunSessions, serveSchedules } from '#e2e/scheduleStandIns.ts';

const WIDTHS = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

for (const viewport of WIDTHS) {
  test.describe(`${viewport.width}`, () => {
    // What is refused on purpose is told by the browser as well.
    test.use({ viewport, expectedConsole: /status of 422/ });

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
      await look(page, `schedules-${viewport.width}`);

      await row.click();
      await expect(page.getByText('The model gave no answer.')).toBeVisible();
      await look(page, `schedule-${viewport.width}`);

      await page.goto('/schedules/new');
      await expect(page.getByText('At 08:00 every day')).toBeVisible();
      await expectSteadyLayout(page);
      await look(page, `schedule-new-${viewport.width}`);

      await page.getByRole('radio', { name: 'Week', exact: true }).check();
      await page.getByRole('combobox', { name: 'Time zone' }).fill('lisb');
      await expect(page.getByRole('option', { name: /Lisbon/ })).toBeVisible();
      await look(page, `schedule-week-${viewport.width}`);
      await page.keyboard.press('Enter');
      await page.getByRole('radio', { name: 'Custom' }).check();
      await page.getByRole('textbox', { name: 'Cron expression' }).fill('0 0 8 * * 1-5');
      await expect(page.getByText('This must have five fields')).toBeVisible();
      await look(page, `schedule-bad-cron-${viewport.width}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
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
      await expectSteadyLayout(page);
      await look(page, `folded-${viewport.width}`);
      await fold.click();
      await expect(page.getByRole('link', { name: /^Run.*dentist/ })).toBeVisible();
      await look(page, `unfolded-${viewport.width}`);
    });
  });
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
    // An answer that is lost would be asked for again by the page itself, maybe before the click.
    await page.route('**/api/chat/schedules', (route) => route.fulfill({ status: 500 }));
    await openSignedIn(page, account, '/schedules');
    const again = page.getByRole('main').getByRole('button', { name: 'Try again' });
    await expect(again).toBeVisible();
    await keepPicture(page, 'schedules-not-loaded');
    await letThrough(page, '**/api/chat/schedules');
    await serveSchedules(page);
    await again.click();
    await expect(page.getByRole('link', { name: 'Week ahead' })).toBeVisible();
  });
});
