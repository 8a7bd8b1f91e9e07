import { openSignedIn, signUp } from '#e2e/harness/accounts.ts';
import { expectSteadyLayout, look, recordLayoutShift } from '#e2e/harness/measures.ts';
import { seedRegistry } from '#e2e/harness/realisticSessions.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';

const WIDTHS = [
  { width: 360, height: 780 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

for (const viewport of WIDTHS) {
  test.describe(`${viewport.width}`, () => {
    test.use({ viewport });

    test('sign-in and picker are accessible and steady', async ({ page, stack, account }) => {
      await recordLayoutShift(page);
      await page.goto('/');
      await expect(page.getByLabel('E-mail')).toBeVisible();
      await expectSteadyLayout(page);
      await look(page, `sign-in-${viewport.width}`);

      await seedRegistry(stack, account);
      await openSignedIn(page, account);
      const drawer = page.getByRole('button', { name: 'Show sessions' });
      await expect(sessionRows(page).first().or(drawer)).toBeVisible();
      if (await drawer.isVisible()) await drawer.click();
      await expect(sessionRows(page).first()).toBeVisible();
      await expect(page.getByRole('button', { name: /^All \d/ })).toBeVisible();
      await expectSteadyLayout(page);
      await look(page, `picker-${viewport.width}`);

      await page.getByRole('button', { name: 'Settings' }).click();
      await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
      await look(page, `settings-${viewport.width}`);
    });

    test('an empty registry is accessible', async ({ page, stack }) => {
      await openSignedIn(page, await signUp(stack, 'newcomer'), '/new');
      await expect(page.getByRole('textbox')).toBeVisible();
      await look(page, `empty-${viewport.width}`);
      await page.getByRole('button', { name: 'Agent: Assistant' }).click();
      await expect(page.getByRole('menuitemradio', { name: 'Librarian' })).toBeVisible();
      await look(page, `agents-${viewport.width}`);
    });
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 780 }, hasTouch: true });

  test('one pane at a time, and back to the list where it was', async ({
    page,
    stack,
    account,
  }) => {
    await seedRegistry(stack, account);
    await openSignedIn(page, account);
    await sessionRows(page).filter({ hasText: 'Spanish for the pharmacy' }).tap();
    await expect(page).toHaveTitle('Spanish for the pharmacy · chat-registry');
    await expect(page.getByRole('heading', { name: 'Sessions' })).toBeHidden();
    const list = page.locator('nav[aria-label="Sessions"]');
    const scrolledTo = await list.evaluate((element) => element.scrollTop);
    expect(scrolledTo).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Back to sessions' }).tap();
    await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible();
    expect(await list.evaluate((element) => element.scrollTop)).toBe(scrolledTo);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});

test.describe('between phone and wide', () => {
  test.use({ viewport: { width: 768, height: 1024 } });

  test('the drawer opens, leads to a session and gives the focus back', async ({
    page,
    stack,
    account,
  }) => {
    await seedRegistry(stack, account);
    await openSignedIn(page, account);
    const button = page.getByRole('button', { name: 'Show sessions' });
    await button.click();
    await expect(sessionRows(page).first()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(sessionRows(page).first()).toBeHidden();
    await expect(button).toBeFocused();

    await button.click();
    await sessionRows(page).filter({ hasText: 'Sourdough' }).click();
    await expect(page).toHaveTitle('Sourdough at 70 % water · chat-registry');
    await expect(sessionRows(page).first()).toBeHidden();
  });
});
