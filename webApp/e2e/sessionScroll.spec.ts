import type { Locator, Page } from '@playwright/test';

import { openSignedIn } from '#e2e/harness/accounts.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { lastAnswer, manyMessages, messagesOf, seedMessages, send } from '#e2e/sessionSeeds.ts';

const LONG = { title: 'A long session', messages: manyMessages(240) };

/** How far the list is from its end. */
function distanceToEnd(page: Page): Promise<number> {
  return messagesOf(page).evaluate(
    (list) => list.scrollHeight - list.scrollTop - list.clientHeight,
  );
}

/** Where a message stands once the list has come to rest, which is some frames after the wheel. */
function topOf(message: Locator): Promise<number> {
  return message.evaluate(async (element) => {
    const nextFrame = () => new Promise(requestAnimationFrame);
    let top = Number.NaN;
    while (top !== element.getBoundingClientRect().top) {
      ({ top } = element.getBoundingClientRect());
      await nextFrame();
      await nextFrame();
    }
    return top;
  });
}

/** Turns the wheel over the list as a reader does. */
async function wheel(page: Page, pixels: number): Promise<void> {
  await messagesOf(page).hover();
  await page.mouse.wheel(0, pixels);
}

/**
 * Scrolls up until a message in the middle of the list is in sight, by steps that cannot go past it:
 * turns of a wheel pile up where the machine is slower than they come.
 */
async function scrollUpTo(page: Page, text: string): Promise<Locator> {
  await messagesOf(page).evaluate(async (list, wanted) => {
    const nextFrame = () => new Promise(requestAnimationFrame);
    const isInSight = () => {
      const rows = Array.from(list.querySelectorAll('article'));
      const row = rows.find(({ textContent }) => textContent.includes(wanted));
      return row && row.getBoundingClientRect().top > list.getBoundingClientRect().top;
    };
    while (!isInSight()) {
      list.scrollTop -= 100;
      await nextFrame();
      await nextFrame();
    }
  }, text);
  return messagesOf(page).getByText(text, { exact: true });
}

test('a long session opens at its end', async ({ page, stack, account }) => {
  await openSignedIn(page, account, await seedMessages(stack, account, LONG));
  await expect(messagesOf(page).getByText('Message 240.')).toBeVisible();
  await expect.poll(() => distanceToEnd(page)).toBeLessThan(2);
});

test('scrolling up loads older messages and keeps the place', async ({ page, stack, account }) => {
  await openSignedIn(page, account, await seedMessages(stack, account, LONG));
  await expect(messagesOf(page).getByText('Message 240.')).toBeVisible();

  // The next page is held back until the reader has come to the top of what is loaded.
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  await page.route('**/messages?*before_id=*', async (route) => {
    await released;
    await route.fallback();
  });
  const first = messagesOf(page).getByText('Message 191.', { exact: true });
  await expect(async () => {
    await wheel(page, -1500);
    await expect(first).toBeVisible({ timeout: 200 });
  }).toPass();
  await expect(messagesOf(page).getByText('Loading earlier messages')).toBeVisible();
  const before = await topOf(first);
  release(undefined);
  await expect(messagesOf(page).getByText('Message 190.')).toBeAttached();
  expect(Math.abs((await topOf(first)) - before)).toBeLessThan(2);

  await expect(async () => {
    await wheel(page, -3000);
    await expect(messagesOf(page).getByText('Message 1.', { exact: true })).toBeVisible({
      timeout: 200,
    });
  }).toPass();
  // They were stored a moment ago, which may have been before midnight.
  await expect(messagesOf(page).getByText(/^(Today|Yesterday)$/)).toBeVisible();

  await page.getByRole('button', { name: 'Jump to latest' }).click();
  await expect(messagesOf(page).getByText('Message 240.')).toBeVisible();
  await expect.poll(() => distanceToEnd(page)).toBeLessThan(2);
});

test('coming back to a session finds the place again', async ({ page, stack, account }) => {
  await seedMessages(stack, account, {
    title: 'Another one',
    messages: [{ role: 'user', content: 'Short' }],
  });
  await openSignedIn(page, account, await seedMessages(stack, account, LONG));
  await expect(messagesOf(page).getByText('Message 240.')).toBeVisible();
  const place = await scrollUpTo(page, 'Message 215.');
  const before = await topOf(place);
  await sessionRows(page).filter({ hasText: 'Another one' }).click();
  await expect(messagesOf(page).getByText('Short')).toBeVisible();
  await sessionRows(page).filter({ hasText: 'A long session' }).click();
  await expect(place).toBeVisible();
  await expect.poll(async () => Math.abs((await topOf(place)) - before)).toBeLessThan(2);
});

test('the view follows an answer only from its end', async ({ page, stack, account }) => {
  await openSignedIn(page, account, await seedMessages(stack, account, LONG));
  await expect(messagesOf(page).getByText('Message 240.')).toBeVisible();
  await send(page, 'Please count to 900');
  await expect(lastAnswer(page)).toContainText('99 100');
  await expect.poll(() => distanceToEnd(page)).toBeLessThan(40);

  await wheel(page, -600);
  const chip = page.getByRole('button', { name: 'New text below' });
  await expect(chip).toBeVisible();
  const place = messagesOf(page).getByText('Message 240.');
  const before = await topOf(place);
  await expect(lastAnswer(page)).toContainText('199 200');
  expect(await topOf(place)).toBe(before);

  await chip.click();
  await expect.poll(() => distanceToEnd(page)).toBeLessThan(40);
  await expect(lastAnswer(page)).toContainText('299 300');
  await expect.poll(() => distanceToEnd(page)).toBeLessThan(40);
  await page.getByRole('button', { name: 'Stop answering' }).click();
  await expect(lastAnswer(page)).toContainText('Stopped at');
});

test('an edit on another device leaves who reads further up where they are', async ({
  page,
  stack,
  account,
}) => {
  const path = await seedMessages(stack, account, LONG);
  await openSignedIn(page, account, path);
  await expect(messagesOf(page).getByText('Message 240.')).toBeVisible();
  const place = await scrollUpTo(page, 'Message 221.');
  const before = await topOf(place);

  const { access_token: token } = account.signIn as { access_token: string };
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const address = `${stack.base_url}/api/chat${path}/messages`;
  const { messages } = (await (await fetch(`${address}?limit=2`, { headers })).json()) as {
    messages: { id: number }[];
  };
  const body = JSON.stringify({
    content: 'Please count to 900',
    client_request_id: crypto.randomUUID(),
  });
  const edited = await fetch(`${address}/${messages[0]?.id}`, { method: 'PATCH', headers, body });
  expect(edited.status).toBe(200);
  await expect(page.getByRole('button', { name: 'New text below' })).toBeVisible();
  expect(Math.abs((await topOf(place)) - before)).toBeLessThan(2);

  const stop = page.getByRole('button', { name: 'Stop answering' });
  await stop.click();
  await expect(stop).toBeHidden();
  expect(Math.abs((await topOf(place)) - before)).toBeLessThan(2);
  await edited.body?.cancel();
});

test('a growing composer does not cover the end', async ({ page, stack, account }) => {
  await openSignedIn(page, account, await seedMessages(stack, account, LONG));
  await expect(messagesOf(page).getByText('Message 240.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Message' }).fill('one\ntwo\nthree\nfour\nfive\nsix');
  await expect.poll(() => distanceToEnd(page)).toBeLessThan(2);
});
