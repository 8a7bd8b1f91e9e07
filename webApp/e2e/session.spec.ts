import { openSignedIn } from '#e2e/harness/accounts.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { letThrough } from '#e2e/harness/letThrough.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { startProxy } from '#e2e/sessionProxy.ts';
import {
  composerOf,
  lastAnswer,
  messagesOf,
  seedMessages,
  send,
  writeAnswer,
} from '#e2e/sessionSeeds.ts';

test('a message and its answer are still there after a refresh', async ({ page, account }) => {
  await openSignedIn(page, account, '/new');
  await page.getByRole('button', { name: 'Agent: Assistant' }).press('Enter');
  await page.getByRole('menuitemradio', { name: 'Librarian' }).press('Enter');
  await send(page, 'What was cold in November?');
  await expect(page).toHaveURL(/\/sessions\/[0-9a-f-]{36}$/);
  await expect(sessionRows(page)).toHaveText([/What was cold in November\?/]);
  await expect(page.getByRole('heading', { name: 'What was cold in November?' })).toBeVisible();
  await expect(lastAnswer(page)).toContainText('Demo model ·');

  await page.reload();
  await expect(page.getByText('Web · Librarian')).toBeVisible();
  await expect(messagesOf(page).getByRole('article')).toHaveCount(2);
  await expect(messagesOf(page).getByRole('article').first()).toContainText('cold in November');
  await expect(lastAnswer(page)).toContainText('This is the demo model.');
  await expect(sessionRows(page)).toHaveText([/What was cold in November\?/]);
});

test('an answer goes on after a refresh, and on a second device', async ({
  page,
  context,
  account,
}) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Please count to 500');
  await expect(lastAnswer(page)).toContainText('20 21 22');
  await page.reload();
  await expect(messagesOf(page).getByRole('article').first()).toContainText('count to 500');
  await expect(lastAnswer(page)).toContainText('20 21 22');
  await expect(page.getByRole('button', { name: 'Stop answering' })).toBeVisible();

  const second = await context.newPage();
  await second.goto(page.url());
  await expect(lastAnswer(second)).toContainText('30 31 32');
  await expect(lastAnswer(second)).toContainText('499 500.');
  await expect(lastAnswer(page)).toContainText('499 500.');
  await expect(lastAnswer(page)).toContainText('Demo model ·');
  await expect(page.getByRole('button', { name: 'Stop answering' })).toBeHidden();
});

test('an answer goes on while another session is read', async ({ page, stack, account }) => {
  await seedMessages(stack, account, {
    title: 'Kitchen renovation',
    messages: [{ role: 'user', content: 'When can the tiler start?' }],
  });
  await openSignedIn(page, account, '/new');
  await send(page, 'Please count to 100');
  await expect(lastAnswer(page)).toContainText('10 11 12');
  const address = page.url();
  await sessionRows(page).filter({ hasText: 'Kitchen renovation' }).click();
  await expect(messagesOf(page)).toContainText('When can the tiler start?');
  await sessionRows(page).filter({ hasText: 'count to 100' }).click();
  await expect(page).toHaveURL(address);
  await expect(lastAnswer(page)).toContainText('99 100.');
});

test('a stopped answer keeps its text and is gone on with in one click', async ({
  page,
  account,
}) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Please count to 900');
  await expect(lastAnswer(page)).toContainText('10 11 12');
  const stop = page.getByRole('button', { name: 'Stop answering' });
  await stop.click();
  await expect(lastAnswer(page)).toContainText(/Stopped at \d\d:\d\d\./);
  const [counted = ''] = /10 11 12[\d ]*/.exec(await lastAnswer(page).innerText()) ?? [];
  await page.reload();
  await expect(lastAnswer(page)).toContainText(/Stopped at \d\d:\d\d\./);

  await lastAnswer(page).getByRole('button', { name: 'Continue' }).click();
  const last = Number(counted.trim().split(' ').at(-1));
  const goneOn = `${counted.trim()} ${last + 1} ${last + 2}`;
  await expect(lastAnswer(page)).toContainText(goneOn);
  await stop.click();
  await expect(messagesOf(page).getByRole('article')).toHaveCount(2);
  await lastAnswer(page).getByRole('button', { name: 'Previous version' }).click();
  await expect(lastAnswer(page)).not.toContainText(goneOn);
  await expect(lastAnswer(page)).toContainText(counted.trim());
  await expect(lastAnswer(page)).toContainText(/Stopped at \d\d:\d\d\./);
});

test('a message sent during an answer waits for its turn', async ({ page, account }) => {
  await openSignedIn(page, account, '/new');
  await send(page, 'Please count to 400');
  await expect(lastAnswer(page)).toContainText('10 11 12');
  await send(page, 'And then count to 3');
  await expect(messagesOf(page)).toContainText('Waiting for the answer above');
  await expect(messagesOf(page)).toContainText('399 400.');
  await expect(lastAnswer(page)).toContainText('1 2 3.');
  await expect(lastAnswer(page)).toContainText('I have seen 3 messages');
});

test('a draft is kept for each session over a reload', async ({ page, stack, account }) => {
  const path = await seedMessages(stack, account, { title: 'Books to read next', messages: [] });
  await openSignedIn(page, account, path);
  await composerOf(page).fill('The Living Mountain');
  await page
    .getByRole('link', { name: 'New session' })
    .or(page.getByRole('button', { name: 'New session' }))
    .click();
  await expect(composerOf(page)).toHaveValue('');
  await composerOf(page).fill('Something new');
  await page.reload();
  await expect(composerOf(page)).toHaveValue('Something new');
  await sessionRows(page).filter({ hasText: 'Books to read next' }).click();
  await expect(composerOf(page)).toHaveValue('The Living Mountain');
});

test('a message from another channel appears by itself', async ({ page, stack, account }) => {
  const path = await seedMessages(stack, account, {
    title: 'Greenhouse frost nights',
    messages: [{ role: 'user', content: 'Which nights were cold?' }],
  });
  await openSignedIn(page, account, path);
  await expect(messagesOf(page)).toContainText('Which nights were cold?');
  const sessionId = decodeURIComponent(path.slice('/sessions/'.length));
  const response = await fetch(`${stack.supabase_url}/rest/v1/chat_message_history`, {
    method: 'POST',
    headers: { apikey: stack.secret_key, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      session_id: sessionId,
      user_id: account.id,
      role: 'user',
      channel: 'telegram',
      content: 'Written on the train',
    }),
  });
  expect(response.ok).toBe(true);
  await expect(messagesOf(page)).toContainText('Written on the train');
  await expect(messagesOf(page)).toContainText(/via Telegram · \d\d:\d\d/);
});

test('what an agent does is shown in its place while it does it', async ({
  page,
  stack,
  account,
}) => {
  const step = { name: 'search_sessions', offset: 12 };
  const running = { ...step, label: 'Searching sessions: frost', status: 'failed' } as const;
  const done = { ...step, label: 'Searched sessions: frost', status: 'done' } as const;
  const text = 'Let me look.\n\nThree nights were cold.';
  // Another process writes it, and stores how far it is.
  const path = await seedMessages(stack, account, {
    title: 'Greenhouse frost nights',
    messages: [
      { role: 'user', content: 'Which nights were cold?' },
      {
        role: 'assistant',
        status: 'streaming',
        content: 'Let me look.',
        lease_token: crypto.randomUUID(),
        lease_expires_at: new Date(Date.now() + 300_000),
      },
    ],
  });
  await openSignedIn(page, account, path);
  await expect(lastAnswer(page)).toContainText('Let me look.');
  await writeAnswer(stack, path, { tool_steps: [{ ...running, is_running: true }] });
  await expect(lastAnswer(page).getByRole('listitem')).toHaveText('Searching sessions: frost…');
  await writeAnswer(stack, path, { status: 'complete', content: text, tool_steps: [done] });
  await expect(lastAnswer(page)).toContainText(
    /Let me look\.Searched sessions: frostThree nights were cold\./,
  );
  await page.reload();
  await expect(lastAnswer(page)).toContainText(/look\.Searched sessions: frostThree nights/);
});

test.describe('without the server', () => {
  test.use({ expectedConsole: /Failed to load resource/ });

  test('a message is kept, also over a reload, and goes out once', async ({ page, account }) => {
    await openSignedIn(page, account, '/new');
    await page.route('**/api/chat/sessions', (route) => route.abort());
    await send(page, 'Is anybody there?');
    await expect(page.getByText('Waiting to be sent').first()).toBeVisible();
    await page.reload();
    await expect(messagesOf(page)).toContainText('Is anybody there?');
    await letThrough(page, '**/api/chat/sessions');
    await expect(page).toHaveURL(/\/sessions\//);
    await expect(lastAnswer(page)).toContainText('Demo model ·');

    // The server takes the next one, but what it answers is lost on the way back.
    const lost = page.waitForEvent('requestfailed', (request) => request.method() === 'POST');
    await page.route('**/messages', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      await route.fetch();
      return route.abort();
    });
    await send(page, 'Did you hear me?');
    await lost;
    await expect(messagesOf(page).getByRole('article')).toHaveCount(4);
    await expect(lastAnswer(page)).toContainText('Demo model ·');
    await expect(messagesOf(page).getByText('Did you hear me?', { exact: true })).toHaveCount(2);
    await expect(page.getByText('Waiting to be sent')).toBeHidden();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('an answer goes on when the connection is back', async ({ page, stack, account }) => {
    const proxy = await startProxy(stack.base_url);
    await openSignedIn(page, account, `${proxy.url}/new`);
    await send(page, 'Please count to 400');
    await expect(lastAnswer(page)).toContainText('10 11 12');
    proxy.cut();
    await expect(lastAnswer(page)).toContainText('The connection broke. Trying again.');
    await expect(lastAnswer(page)).toContainText('10 11 12');
    proxy.restore();
    await expect(lastAnswer(page)).toContainText('399 400.');
    await expect(lastAnswer(page)).toContainText('Demo model ·');
    await proxy.close();
  });

  test('a message that was not sent can be taken back', async ({ page, account }) => {
    await openSignedIn(page, account, '/new');
    await page.route('**/api/chat/sessions', (route) => route.abort());
    await send(page, 'Never mind');
    await page.getByRole('button', { name: 'Edit' }).click();
    await expect(composerOf(page)).toHaveValue('Never mind');
    await expect(page.getByText('Waiting to be sent')).toBeHidden();
  });
});

test('a message over the limit is not sent and not lost', async ({ page, account }) => {
  await openSignedIn(page, account, '/new');
  const text = 'é'.repeat(40_000);
  await composerOf(page).fill(text);
  await expect(page.getByRole('alert')).toHaveText(
    'A message holds 64 KB of text. Shorten this one by 14,464 bytes.',
  );
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();
  await expect(composerOf(page)).toHaveValue(text);
});
