import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { startMigratedStack } from '#e2e/harness/stack.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { messagesOf } from '#e2e/sessionSeeds.ts';

let running: Awaited<ReturnType<typeof startMigratedStack>>;

test.beforeAll(async () => {
  // Two stacks are started, one after the other.
  test.setTimeout(600_000);
  running = await startMigratedStack();
});
test.afterAll(() => running.stop());

test('sessions from before the migrations are listed and can be read', async ({ page }) => {
  const { base_url: baseUrl, email, password } = running.stack;
  await page.goto(baseUrl);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();

  await expect(sessionRows(page)).toHaveText([/^Web.*Water it from below\.$/]);
  await expect(page.getByRole('button', { name: 'Web 1' })).toBeVisible();
  await sessionRows(page).first().click();
  const messages = messagesOf(page).getByRole('article');
  await expect(messages).toContainText(['How do I keep basil alive?', 'Water it from below.']);
});
