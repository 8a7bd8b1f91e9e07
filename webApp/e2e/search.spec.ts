import AxeBuilder from '@axe-core/playwright';

import type { Page } from '@playwright/test';

import { openSignedIn } from '#e2e/harness/accounts.ts';
import { keepPicture, look } from '#e2e/harness/measures.ts';
import { seedRegistry } from '#e2e/harness/realisticSessions.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { composerOf, manyMessages, messagesOf, seedMessages, send } from '#e2e/sessionSeeds.ts';

/** Types and opens the hit that has the very words marked. */
async function openHit(page: Page, text: string): Promise<void> {
  const field = page.getByRole('combobox', { name: 'Search your sessions' });
  await expect(field).toBeFocused();
  await field.fill(text);
  const marks = page.locator('mark', { hasText: new RegExp(`^${text}$`) });
  await page.getByRole('option').filter({ has: marks }).click();
}

/** Resolves once the server has taken what was written, which a search finds from then on. */
function whenStored(page: Page, method: 'POST' | 'PATCH'): Promise<unknown> {
  return page.waitForResponse(
    (response) => response.request().method() === method && response.url().includes('/messages'),
  );
}

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
  const stored = whenStored(page, 'POST');
  await page.getByRole('textbox', { name: 'Message' }).fill('The boiler rattles at night');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The boiler rattles at night').first()).toBeVisible();
  await stored;
  await page.getByRole('link', { name: /Greenhouse/ }).click();
  await expect(composerOf(page)).toBeFocused();

  const field = page.getByRole('combobox', { name: 'Search your sessions' });
  await page.getByRole('link', { name: /Greenhouse/ }).focus();
  for (const isOpen of [true, false, true]) {
    await page.keyboard.press(isOpen ? 'Control+k' : 'Control+K');
    await expect(field).toBeVisible({ visible: isOpen });
    await expect(isOpen ? field : page.getByRole('link', { name: /Greenhouse/ })).toBeFocused();
  }
  await page.keyboard.type('RATTL');
  const hit = page.getByRole('listbox', { name: 'Results' }).getByRole('option');
  await expect(hit).toHaveText([
    /Letter to the landlord.*The boiler rattles at night/s,
    'New session about “RATTL”',
  ]);
  await expect(hit.locator('mark')).toHaveText('rattl');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  await field.fill('図書');
  await expect(hit).toHaveText([/図書館の本/, /New session about “図書”/]);
  await expect(hit.locator('mark')).toHaveText('図書');
  await page.getByRole('combobox', { name: 'Channel' }).selectOption('Telegram');
  await expect(page.getByText('Nothing was found.')).toBeVisible();
  await page.getByRole('button', { name: 'Search everywhere' }).click();
  await expect(hit).toHaveCount(2);
  await field.fill('night boiler');
  await expect(hit.locator('mark')).toHaveText(['boiler', 'night']);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Letter to the landlord' })).toBeVisible();
  await expect(page.locator('[aria-current=true]')).toContainText('The boiler rattles at night');
  await expect(field).toBeHidden();

  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await page.keyboard.type('schedules');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Schedules' })).toBeVisible();
});

test('a hit far up a long session opens at its message, with all that was said around it', async ({
  page,
  stack,
  account,
}) => {
  const path = await seedMessages(stack, account, {
    title: 'Long session',
    messages: manyMessages(240),
  });
  await openSignedIn(page, account, path);
  await expect(messagesOf(page).getByText('Message 240.')).toBeVisible();

  await page.keyboard.press('Control+k');
  await openHit(page, 'Message 61.');
  const marked = page.locator('[aria-current=true]');
  await expect(marked).toContainText('Message 61.');
  await expect(marked).toBeInViewport();
  await page.reload();
  await expect(marked).toBeInViewport();
  const back = page.getByRole('button', { name: 'Back to the newest' });
  await back.click();
  const list = messagesOf(page);
  await expect(list.getByText('Message 240.')).toBeInViewport();
  await page.keyboard.press('Control+k');
  await openHit(page, 'Message 61.');
  await expect(marked).toBeInViewport();
  // Both ways from there, and at last into the newest messages without a jump.
  await list.press('Home');
  await expect(async () => {
    await list.press('Home');
    await expect(list.getByText('Message 1.', { exact: true })).toBeInViewport({ timeout: 200 });
  }).toPass();
  await expect(async () => {
    await list.press('End');
    await expect(back).toBeHidden({ timeout: 200 });
  }).toPass();
  await expect(async () => {
    await list.press('End');
    await expect(list.getByText('Message 240.')).toBeInViewport({ timeout: 200 });
  }).toPass();

  await page.getByRole('textbox', { name: 'Message' }).press('Control+k');
  await openHit(page, 'Message 99.');
  await expect(marked).toContainText('Message 99.');
  await page.reload();
  await expect(marked).toBeInViewport();
});

test('a hit on the version before an edit is shown there, and can be gone on from', async ({
  page,
  stack,
  account,
}) => {
  const path = await seedMessages(stack, account, {
    title: 'Long session',
    messages: manyMessages(2),
  });
  await openSignedIn(page, account, path);
  const list = messagesOf(page);
  await send(page, 'Tell me about walnuts');
  await expect(list.getByRole('article')).toHaveCount(4);
  const written = list.getByRole('article', { name: 'Your message' }).last();
  await written.hover();
  await written.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Edited message').fill('Tell me about hazelnuts');
  const stored = whenStored(page, 'PATCH');
  await page.keyboard.press('Enter');
  await expect(list.getByText('walnuts')).toBeHidden();
  await stored;

  await page.getByRole('button', { name: 'Search' }).click();
  await openHit(page, 'walnuts');
  const marked = page.locator('[aria-current=true]');
  await expect(marked).toContainText('walnuts');
  await expect(page.getByText('An earlier version of this session.')).toBeVisible();
  await keepPicture(page, 'search-other-version');
  await page.getByRole('button', { name: 'Go on from it' }).click();
  await expect(page.getByText('An earlier version of this session.')).toBeHidden();
  await expect(marked).toBeInViewport();
  await expect(list.getByText('hazelnuts')).toBeHidden();
});

for (const viewport of [
  { width: 360, height: 740 },
  { width: 1440, height: 900 },
]) {
  test.describe(`${viewport.width}`, () => {
    test.use({ viewport });

    test('the button opens the search, which is accessible, and gets the focus back', async ({
      page,
      stack,
      account,
    }) => {
      await seedRegistry(stack, account);
      await openSignedIn(page, account);
      await expect(sessionRows(page).first()).toBeVisible();
      const button = page.getByRole('button', { name: 'Search' });
      await button.click();
      await expect(page.getByRole('combobox', { name: 'Search your sessions' })).toBeFocused();
      await keepPicture(page, `search-commands-${viewport.width}`);
      await page.keyboard.type('frost');
      const results = page.getByRole('listbox', { name: 'Results' });
      await expect(results.getByRole('option').first()).toHaveText(/Greenhouse frost nights/);
      await page.getByLabel('Last active').selectOption('Between dates');
      await look(page, `search-${viewport.width}`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
      await page.keyboard.press('Escape');
      await expect(button).toBeFocused();
    });
  });
}
