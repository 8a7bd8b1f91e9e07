import type { Page } from '@playwright/test';

import { type Account, openSignedIn, signUp } from '#e2e/harness/accounts.ts';
import { seedSessions } from '#e2e/harness/seed.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { type Proxy, startProxy } from '#e2e/sessionProxy.ts';

interface Written {
  role: string;
  content: string;
}

let proxy: Proxy;

test.use({
  serviceWorkers: 'allow',
  expectedConsole: /Failed to load resource|net::ERR|Failed to fetch/,
});
test.beforeEach(async ({ stack }) => {
  proxy = await startProxy(stack.base_url);
});
test.afterEach(() => proxy.close());

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

/** Calls the server as another device does, whose way to it is open. */
async function callElsewhere(baseUrl: string, account: Account, path: string, body?: object) {
  const { access_token: token } = account.signIn as { access_token: string };
  const response = await fetch(`${baseUrl}/api/chat/sessions${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return response.text();
}

/** Everything that IndexedDB and the storage hold for the page, as one text. */
async function readKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const opening = indexedDB.open('chat-registry');
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(new Error('IndexedDB did not open.'));
    });
    const reading = db.transaction('kept').objectStore('kept').getAll();
    await new Promise((resolve) => (reading.onsuccess = resolve));
    db.close();
    return JSON.stringify([reading.result, Object.entries(localStorage)]);
  });
}

async function whenKept(page: Page, text: string): Promise<void> {
  await expect.poll(() => readKept(page)).toContain(text);
}

test('what is done without the server survives a closed tab, and goes out once', async ({
  page,
  context,
  stack,
  account,
}) => {
  const [letterId = ''] = await seedSessions(stack, account, [
    { channel: 'web', title: 'Letter', messages: [{ role: 'user', content: 'Dear landlord' }] },
    { channel: 'web', title: 'Trip' },
  ]);
  const letter = `/${encodeURIComponent(letterId)}`;
  await openSignedIn(page, account, `${proxy.url}/sessions${letter}`);
  await expect(page.getByRole('article')).toHaveCount(1);
  const rowOf = (title: string) => sessionRows(page).filter({ hasText: title });
  await expect(rowOf('Trip')).toBeVisible();

  await page.evaluate(() => navigator.serviceWorker.ready);
  await whenKept(page, 'Dear landlord');
  proxy.cut();
  await expect(page.getByText('Could not reach the server. Trying again.')).toBeVisible();
  await expect(page.getByText('What you write is kept and goes out later.')).toBeVisible();
  await write(page, 'The heating is cold.');
  await write(page, 'And the rent is high.');
  await expect(page.getByRole('article').filter({ hasText: 'Waiting to be sent' })).toHaveCount(2);
  await expect(rowOf('Letter')).toContainText('Waiting to be sent');

  await rowOf('Trip').hover();
  await page.getByRole('button', { name: 'Menu of Trip' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Journey');
  await page.keyboard.press('Enter');
  await expect(rowOf('Journey')).toBeVisible();

  await page.getByRole('button', { name: 'New session' }).click();
  // The composer of the session before stays for a moment on a busy machine.
  await expect(page.getByRole('heading', { name: 'Everything you ask' })).toBeVisible();
  await write(page, 'Plan the garden');
  await expect(rowOf('Plan the garden')).toContainText('Waiting to be sent');
  await page.getByRole('button', { name: 'Session menu' }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Flower beds');
  await page.keyboard.press('Enter');
  await page.reload();
  await expect(rowOf('Journey')).toBeVisible();
  await expect(rowOf('Flower beds')).toContainText('Waiting to be sent');
  // Of a session that was never opened here there is only what is written into it now.
  await rowOf('Journey').click();
  await expect(page.getByRole('heading', { name: 'Journey' })).toBeVisible();
  await expect(page.getByText('This session is not on this device yet.')).toBeVisible();
  await write(page, 'Bring a map');
  await expect(page.getByRole('article')).toHaveText(/Bring a map.*Waiting to be sent/s);
  await rowOf('Letter').click();
  await expect(page.getByRole('article')).toHaveCount(3);
  await page.close();

  // The session moves on meanwhile.
  await callElsewhere(stack.base_url, account, `${letter}/messages`, {
    content: 'Written on the phone',
    client_request_id: crypto.randomUUID(),
  });
  proxy.restore();
  const again = await context.newPage();
  await openSignedIn(again, account, `${proxy.url}/sessions${letter}`);
  await expect(again.getByRole('group', { name: 'Versions' })).toContainText('2/2');
  await expect(again.getByRole('article')).toHaveCount(5);
  await expect(sessionRows(again)).toHaveCount(3);
  await expect(again.getByText('Waiting to be sent')).toHaveCount(0);
  await sessionRows(again).filter({ hasText: 'Journey' }).click();
  await expect(again.getByRole('article').first()).toContainText('Bring a map');

  const { messages } = JSON.parse(
    await callElsewhere(stack.base_url, account, `${letter}/messages`),
  ) as { messages: Written[] };
  expect(messages.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([
    'Dear landlord',
    'The heating is cold.',
    'And the rent is high.',
  ]);
  await expect
    .poll(async () => {
      const { sessions } = JSON.parse(await callElsewhere(stack.base_url, account, '')) as {
        sessions: { title: string }[];
      };
      return sessions.map(({ title }) => title).sort();
    })
    .toEqual(['Flower beds', 'Journey', 'Letter']);
  await again.close();
});

test('signing out leaves nothing, and a second account sees nothing of the first', async ({
  page,
  stack,
  account,
}) => {
  await seedSessions(stack, account, [{ channel: 'web', title: 'Letter to the landlord' }]);
  const second = await signUp(stack);
  await openSignedIn(page, account, proxy.url);
  await page.getByRole('link', { name: /Letter/ }).click();
  await page.getByRole('textbox', { name: 'Message' }).fill('Half a sentence');
  await whenKept(page, 'Letter to the landlord');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expect.poll(() => readKept(page)).not.toMatch(/landlord|Half a sentence|example\.org/);

  await page.getByLabel('E-mail').fill(second.email);
  await page.getByLabel('Password').fill(second.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(
    page.getByRole('navigation', { name: 'Sessions' }).or(page.getByText('Sessions from Telegram')),
  ).toBeVisible();
  await expect(page.getByText('landlord')).toHaveCount(0);
});
