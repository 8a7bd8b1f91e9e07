import { openSignedIn, signUp } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';

test('a visitor signs up, out and in again', async ({ page }) => {
  const email = `visitor-${Date.now()}@example.org`;
  const password = 'correct horse battery staple';

  await page.goto('/');
  await expect(page).toHaveTitle('Sign in · chat-registry');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await expect(page.getByLabel('E-mail')).toHaveValue(email);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible();

  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByText(email)).toBeVisible();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await page.reload();

  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible();
});

test.describe('a wrong password', () => {
  test.use({ expectedConsole: /status of 400/ });

  test('is said in plain words and keeps what was typed', async ({ page, account }) => {
    await page.goto('/');
    await page.getByLabel('E-mail').fill(account.email);
    await page.getByLabel('Password').fill('not this one');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert')).toHaveText('This e-mail and password do not match.');
    await expect(page.getByLabel('E-mail')).toHaveValue(account.email);
    await expect(page.getByLabel('Password')).toHaveValue('not this one');
  });
});

test('two users of one browser see nothing of each other', async ({ page, stack, account }) => {
  const [sessionId] = await seedSessions(stack, account, [
    {
      channel: 'telegram',
      title: 'Books of the first user',
      messages: [{ role: 'user', content: 'What shall I read next?' }],
    },
  ]);
  const other = await signUp(stack, 'other');

  await openSignedIn(page, account, `/sessions/${encodeURIComponent(sessionId ?? '')}`);
  await expect(sessionRows(page)).toHaveText([/Books of the first user/]);
  await page.getByRole('textbox').fill('A draft nobody else may read');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByLabel('E-mail')).toBeVisible();
  await expect(page).toHaveURL('/');
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toMatch(/draft nobody/);

  await page.getByLabel('E-mail').fill(other.email);
  await page.getByLabel('Password').fill(other.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText(/appear here/)).toBeVisible();
  await expect(page.getByText('Books of the first user')).toBeHidden();
  await expect(page.getByText('A draft nobody else may read')).toBeHidden();
});

test.describe('a session of somebody else', () => {
  test.use({ expectedConsole: /status of 404/ });

  test('is as if it did not exist', async ({ page, stack, account }) => {
    const other = await signUp(stack, 'owner');
    const [sessionId] = await seedSessions(stack, other, [
      { channel: 'web', title: 'Only for its owner' },
    ]);
    await openSignedIn(page, account, `/sessions/${encodeURIComponent(sessionId ?? '')}`);
    await expect(page.getByText('There is no session at this address.')).toBeVisible();
    await expect(page.getByText('Only for its owner')).toBeHidden();
  });
});

test.describe('a sign-in that has run out', () => {
  test.use({ expectedConsole: /status of 40[013]/ });

  test('asks to sign in again and keeps the draft', async ({ page, account }) => {
    await openSignedIn(page, account, '/new');
    await page.getByRole('textbox').fill('Half a thought');
    await page.evaluate(() => {
      const stored = JSON.parse(localStorage.getItem('chat-registry-auth') ?? '{}') as object;
      const broken = { ...stored, access_token: 'x.y.z', refresh_token: 'gone' };
      localStorage.setItem('chat-registry-auth', JSON.stringify(broken));
    });
    await page.reload();
    await expect(page.getByText(/Your sign-in has ended/)).toBeVisible();
    await page.getByLabel('E-mail').fill(account.email);
    await page.getByLabel('Password').fill(account.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible();
    await expect(page.getByRole('textbox')).toHaveValue('Half a thought');
  });
});
