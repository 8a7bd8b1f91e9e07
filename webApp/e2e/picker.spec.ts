import { openSignedIn } from '#e2e/harness/accounts.ts';
import { seedSessions, type SeedSession } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { composerOf } from '#e2e/sessionSeeds.ts';

const ONE_OF_EACH: SeedSession[] = [
  { channel: 'web', title: 'Letter to the landlord' },
  { channel: 'telegram', title: 'Greenhouse frost nights' },
  { channel: 'scheduled', title: 'Daily digest' },
];

test('the channel filter shows the sessions of one channel', async ({ page, stack, account }) => {
  await seedSessions(stack, account, ONE_OF_EACH);
  await openSignedIn(page, account);
  const filter = page.getByRole('group', { name: 'Channel' });
  await expect(sessionRows(page)).toHaveCount(3);

  await filter.getByRole('button', { name: 'Telegram 1' }).click();
  await expect(sessionRows(page)).toHaveText([/Greenhouse frost nights/]);
  await filter.getByRole('button', { name: 'Runs 1' }).click();
  await expect(sessionRows(page)).toHaveText([/Daily digest/]);
  await filter.getByRole('button', { name: 'Web 1' }).click();
  await expect(sessionRows(page)).toHaveText([/Letter to the landlord/]);
  await filter.getByRole('button', { name: 'All 3' }).click();
  await expect(sessionRows(page)).toHaveCount(3);
});

test('a channel without sessions says so and leads back', async ({ page, stack, account }) => {
  await seedSessions(stack, account, [{ channel: 'web', title: 'Letter to the landlord' }]);
  await openSignedIn(page, account);
  await page.getByRole('button', { name: 'Telegram 0' }).click();
  await expect(page.getByText('No sessions from Telegram yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Show all sessions' }).click();
  await expect(sessionRows(page)).toHaveCount(1);
});

test('a session from another channel appears by itself', async ({ page, stack, account }) => {
  await seedSessions(stack, account, [{ channel: 'web', title: 'Letter to the landlord' }]);
  await openSignedIn(page, account);
  await expect(sessionRows(page)).toHaveText([/Letter to the landlord/]);
  await seedSessions(stack, account, [{ channel: 'telegram', title: 'Lisbon in December' }]);
  await expect(sessionRows(page)).toHaveText([/Lisbon in December/, /Letter to the landlord/]);
});

test('the keyboard reaches every session of a long list', async ({ page, stack, account }) => {
  const day = 24 * 60 * 60 * 1000;
  const many = Array.from({ length: 120 }, (_, index): SeedSession => {
    const updatedAt = new Date(Date.now() - index * day);
    return { channel: 'web', title: `Session ${index + 1}`, updatedAt };
  });
  await seedSessions(stack, account, many);
  await openSignedIn(page, account);

  // It takes the focus when it arrives.
  await expect(composerOf(page)).toBeFocused();
  await sessionRows(page).first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('link', { name: /Session 3 / })).toBeFocused();
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(page.getByRole('link', { name: /Session 120 / })).toBeFocused({ timeout: 500 });
  }).toPass();
  await page.keyboard.press('Enter');
  await expect(page).toHaveTitle('Session 120 · chat-registry');
  await expect(composerOf(page)).toBeFocused();
  await page.getByRole('link', { name: /Session 120 / }).focus();
  await page.keyboard.press('Home');
  await expect(page.getByRole('link', { name: /Session 1 / })).toBeFocused();
});

test('a page that comes leaves the list where its reader is', async ({ page, stack, account }) => {
  const many = Array.from({ length: 110 }, (_, index): SeedSession => {
    const updatedAt = new Date(Date.now() - index * 60_000);
    return { channel: 'web', title: `Session ${index + 1}`, updatedAt };
  });
  await seedSessions(stack, account, many);
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  await page.route('**/sessions?*cursor=*', async (route) => {
    await released;
    await route.fallback();
  });
  await openSignedIn(page, account);
  await expect(sessionRows(page).first()).toBeVisible();
  const list = page.getByRole('navigation', { name: 'Sessions' });
  const end = await list.evaluate((element) => {
    element.scrollTo(0, element.scrollHeight);
    return { top: element.scrollTop, height: element.scrollHeight };
  });
  await expect(page.getByRole('link', { name: /Session 50 / })).toBeInViewport();
  release(undefined);
  await expect
    .poll(() => list.evaluate((element) => element.scrollHeight))
    .toBeGreaterThan(end.height);
  await expect(page.getByRole('link', { name: /Session 51 / })).toBeInViewport();
  expect(await list.evaluate((element) => element.scrollTop)).toBe(end.top);
});

test('a device that is turned keeps its place in the list and what is chosen', async ({
  page,
  stack,
  account,
}) => {
  const seeds = Array.from(
    { length: 45 },
    (_, n) => ({ channel: 'web', title: `Row ${n}.` }) as const,
  );
  await seedSessions(stack, account, seeds);
  await openSignedIn(page, account);
  await expect(composerOf(page)).toBeFocused();
  await sessionRows(page).first().focus();
  await page.keyboard.press('End');
  await expect(sessionRows(page).last()).toBeFocused();
  await page.keyboard.down('ControlOrMeta');
  // Near the upper end of what is seen of the list: the rows of a phone are taller.
  await page.mouse.click(150, 240);
  await page.keyboard.up('ControlOrMeta');
  const choice = page.getByRole('checkbox', { checked: true });
  for (const width of [800, 390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    if (width === 800) await page.getByRole('button', { name: 'Sessions' }).click();
    await expect(page.getByRole('group', { name: 'Selected sessions' })).toBeVisible();
    await expect(choice).toBeInViewport();
  }

  // While it scrolls the virtualizer would have the rows take no click.
  const list = page.getByRole('navigation', { name: 'Sessions' });
  const events = await list.evaluate(({ firstElementChild: rows }) => {
    if (rows instanceof HTMLElement) rows.style.pointerEvents = 'none';
    return rows && getComputedStyle(rows).pointerEvents;
  });
  expect(events).toBe('auto');
});

test('the picker keeps its width over a reload', async ({ page, account }) => {
  await openSignedIn(page, account);
  const edge = page.getByRole('slider', { name: 'Width of the session list' });
  await expect(composerOf(page)).toBeFocused();
  await edge.focus();
  await page.keyboard.press('ArrowRight');
  await expect(edge).toHaveAttribute('aria-valuenow', '320');
  await page.reload();
  await expect(edge).toHaveAttribute('aria-valuenow', '320');
});

test('an open menu keeps the focus when the session arrives after it', async ({
  page,
  account,
}) => {
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  await page.route('**/assets/PaneRoutes*.js', async (route) => {
    await released;
    await route.continue();
  });
  await openSignedIn(page, account);
  await page.getByRole('button', { name: 'Settings' }).click();
  const menu = page.getByRole('menu', { name: 'Settings' });
  await expect(menu).toBeVisible();
  release(undefined);
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
  await expect(menu).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(menu.getByRole('menuitemradio').first()).toBeFocused();
});

test('a chosen theme outlives a reload', async ({ page, account }) => {
  await openSignedIn(page, account);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(28, 28, 27)');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible();
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(28, 28, 27)');
});
