import { openSignedIn } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { endUndo, holdUndo } from '#e2e/harness/undo.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

test.beforeEach(async ({ page, stack, account }) => {
  await seedSessions(stack, account, [
    { channel: 'web', title: 'Letter to the landlord' },
    {
      channel: 'telegram',
      title: 'Greenhouse frost nights',
      updatedAt: new Date(Date.now() - 1000),
    },
  ]);
  await holdUndo(page);
  await openSignedIn(page, account);
  await expect(sessionRows(page)).toHaveCount(2);
});

test('a session is renamed, pinned and archived from its row', async ({
  page,
  browser,
  account,
}) => {
  const row = sessionRows(page).filter({ hasText: 'Letter' });
  const menu = page.getByRole('button', { name: 'Menu of Letter to the landlord' });
  await row.hover();
  await menu.click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeFocused();
  await page.keyboard.type('Letter about the heating');
  await page.keyboard.press('Enter');
  await expect(sessionRows(page).first()).toHaveText(/Letter about the heating/);
  await expect(
    page.getByRole('button', { name: 'Menu of Letter about the heating' }),
  ).toBeFocused();

  await page.getByRole('link', { name: /Greenhouse/ }).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Menu of Greenhouse frost nights' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Pin', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Pinned' })).toBeVisible();
  await expect(sessionRows(page).first()).toHaveText(/Greenhouse/);

  await row.hover();
  await page.getByRole('button', { name: 'Menu of Letter about the heating' }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expect(sessionRows(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Archive', level: 1 })).toBeVisible();
  await expect(sessionRows(page)).toHaveText([/Letter about the heating/]);

  const other = await browser.newPage();
  await openSignedIn(other, account);
  await expect(sessionRows(other)).toHaveText([/Greenhouse/]);
  await other.close();

  await row.hover();
  await page.getByRole('button', { name: 'Menu of Letter about the heating' }).click();
  await page.getByRole('menuitem', { name: 'Take out of the archive' }).click();
  await expect(page.getByText('Nothing is in the archive.')).toBeVisible();
  await page.getByRole('button', { name: 'Show all sessions' }).click();
  await expect(page.getByRole('heading', { name: 'Sessions', level: 1 })).toBeVisible();
  await expect(sessionRows(page)).toHaveText([/Greenhouse/, /Letter about the heating/]);
});

test('a new title is made on request, on both devices, and its user keeps the last word', async ({
  page,
  context,
  stack,
  account,
}) => {
  await seedSessions(stack, account, [
    {
      channel: 'web',
      title: 'Hello, one question',
      isTitleGenerated: true,
      messages: [
        { role: 'user', content: 'Hello, one question: when do I plant tomatoes?' },
        { role: 'user', content: 'Tomatoes on a balcony, with peppers.' },
      ],
    },
  ]);
  await page.reload();
  await page.getByRole('link', { name: /one question/ }).click();
  const other = await context.newPage();
  await other.goto('/');
  await expect(sessionRows(other).first()).toHaveText(/one question/);
  await page.getByRole('button', { name: 'Session menu' }).click();
  await page.getByRole('menuitem', { name: 'New title' }).click();
  await expect(page.getByRole('heading', { name: /tomatoes/i })).toBeVisible();
  await expect(sessionRows(page).first()).toHaveText(/tomatoes/i);
  await expect(sessionRows(other).first()).toHaveText(/tomatoes/i);

  await page.getByRole('button', { name: 'Session menu' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.keyboard.type('Balcony');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Balcony' })).toBeVisible();
  await page.getByRole('button', { name: 'Session menu' }).click();
  await expect(page.getByRole('menuitem', { name: 'Rename' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'New title' })).toBeHidden();
});

test.describe('reloaded at once', () => {
  // Before the page has noted the answer: it deletes once more, and hears that nothing is left.
  test.use({ expectedConsole: /404/ });

  test('deleting the open session can be undone, and then is for good', async ({ page }) => {
    await page.getByRole('link', { name: /Letter/ }).click();
    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(sessionRows(page)).toHaveText([/Greenhouse/]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(sessionRows(page)).toHaveCount(2);
    await expect(page.getByRole('heading', { name: 'Letter to the landlord' })).toBeVisible();

    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(sessionRows(page)).toHaveText([/Greenhouse/]);
    const gone = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await endUndo(page);
    expect((await gone).status()).toBe(204);
    await page.reload();
    await expect(sessionRows(page)).toHaveText([/Greenhouse/]);
  });
});

test('what is pinned stands first although it is old', async ({ page, stack, account }) => {
  const many = Array.from({ length: 60 }, (_, index) => ({
    channel: 'web' as const,
    title: `Session ${index + 1}`,
    updatedAt: new Date(Date.now() - (index + 1) * 1000),
  }));
  const old = {
    channel: 'web' as const,
    title: 'Books to read',
    updatedAt: new Date(Date.now() - 90 * DAY_MS),
    pinned: true,
  };
  await seedSessions(stack, account, [...many, old]);
  await page.reload();
  await expect(sessionRows(page).first()).toHaveText(/Books to read/);
});

test.describe('while the server refuses', () => {
  test.use({ expectedConsole: /503/ });

  test('a change that the server refuses is taken back with a word', async ({ page }) => {
    await page.route('**/api/chat/sessions/*', (route) =>
      route.request().method() === 'PATCH'
        ? route.fulfill({ status: 503, json: {} })
        : route.fallback(),
    );
    await sessionRows(page).first().hover();
    await page.getByRole('button', { name: 'Menu of Letter to the landlord' }).click();
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await expect(page.getByText(/The session is as it was\./)).toBeVisible();
    await expect(sessionRows(page)).toHaveCount(2);
  });
});
