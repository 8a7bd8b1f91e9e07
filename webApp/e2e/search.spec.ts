import AxeBuilder from '@axe-core/playwright';

import { openSignedIn } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';

test('a session is found by what was said in it, by keyboard alone', async ({
  page,
  stack,
  account,
}) => {
  await seedSessions(stack, account, [
    { channel: 'web', title: 'Letter to the landlord' },
    { channel: 'telegram', title: 'Greenhouse frost nights' },
    { channel: 'web', title: '図書館の本' },
  ]);
  await openSignedIn(page, account);
  await page.getByRole('link', { name: /Letter/ }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('The boiler rattles at night');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The boiler rattles at night').first()).toBeVisible();
  await page.getByRole('link', { name: /Greenhouse/ }).click();

  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Search your sessions' });
  await expect(field).toBeFocused();
  await page.keyboard.type('RATTL');
  const hit = page.getByRole('option');
  await expect(hit).toHaveText([/Letter to the landlord.*You: The boiler rattles at night/]);
  await expect(hit.locator('mark')).toHaveText('rattl');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.screenshot({ path: 'e2e/artifacts/search-1440-light.png' });

  await field.fill('図書');
  await expect(hit).toHaveText([/図書館の本/]);
  await field.fill('nothing of the kind');
  await expect(page.getByText('Nothing was found.')).toBeVisible();
  await field.fill('boiler');
  await expect(hit).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Letter to the landlord' })).toBeVisible();
  await expect(field).toBeHidden();
});

test('the button of the picker opens the search and gets the focus back', async ({
  page,
  stack,
  account,
}) => {
  await seedSessions(stack, account, [{ channel: 'web', title: 'Letter to the landlord' }]);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await openSignedIn(page, account);
  await expect(sessionRows(page)).toHaveCount(1);
  const button = page.getByRole('button', { name: 'Search' });
  await button.click();
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('landlord');
  await expect(page.getByRole('option')).toHaveText([/found in its title/]);
  await page.screenshot({ path: 'e2e/artifacts/search-360-dark.png' });
  await page.keyboard.press('Escape');
  await expect(button).toBeFocused();
});
