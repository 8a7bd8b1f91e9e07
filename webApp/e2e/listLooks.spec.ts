import { openSignedIn } from '#e2e/harness/accounts.ts';
import {
  expectAccessible,
  expectSteadyLayout,
  keepPicture,
  recordLayoutShift,
} from '#e2e/harness/measures.ts';
import { seedRegistry } from '#e2e/harness/realisticSessions.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';

const WIDTHS = [
  { width: 360, height: 780 },
  { width: 1440, height: 900 },
];

for (const theme of ['light', 'dark'] as const) {
  for (const viewport of WIDTHS) {
    const name = `${viewport.width}-${theme}`;

    test.describe(name, () => {
      test.use({ viewport, colorScheme: theme });

      test('choosing several sessions is accessible and steady', async ({
        page,
        stack,
        account,
      }) => {
        await recordLayoutShift(page);
        await seedRegistry(stack, account);
        await openSignedIn(page, account);
        await page.getByRole('button', { name: /Daily digest/ }).click();
        const run = page.getByRole('link', { name: /^Run Result 30/ });
        await expect(run).toBeVisible();
        const row = sessionRows(page).filter({ hasText: 'Letter to the landlord' });
        await row.click({ modifiers: ['ControlOrMeta'] });
        await page.getByRole('checkbox', { name: /Run Result 30/ }).click();
        await page.getByRole('checkbox', { name: /Greenhouse/ }).click();
        await expect(page.getByRole('group', { name: 'Selected sessions' })).toContainText('3');
        await expectSteadyLayout(page);
        await expectAccessible(page);
        await keepPicture(page, `selecting-${name}`);
      });
    });
  }
}
