import { type BrowserContext, expect, test as base } from '@playwright/test';

import { type Account, signUp } from '#e2e/harness/accounts.ts';
import { publishedStack, type Stack } from '#e2e/harness/stack.ts';

interface Fixtures {
  stack: Stack;
  /** A fresh account, signed up but not signed in. */
  account: Account;
  /** Console lines a test provokes on purpose; everything else in the console fails it. */
  expectedConsole: RegExp | null;
  consoleGuard: undefined;
}

/** The tests' own `test`: the app's address, an account, and a console that has to stay silent. */
export const test = base.extend<Fixtures>({
  stack: async ({}, use) => use(publishedStack()),
  baseURL: async ({ stack }, use) => use(stack.base_url),
  account: async ({ stack }, use) => use(await signUp(stack)),
  expectedConsole: [null, { option: true }],
  consoleGuard: [
    async ({ context, expectedConsole }, use) => {
      const lines = recordConsole(context);
      await use(undefined);
      expect(lines.filter((line) => !expectedConsole?.test(line))).toEqual([]);
    },
    { auto: true },
  ],
});

/** What Playwright says itself where the configuration keeps the service worker out. */
const NO_SERVICE_WORKER = 'Service Worker registration blocked by Playwright';

function recordConsole(context: BrowserContext): string[] {
  const lines: string[] = [];
  context.on('console', (message) => {
    const text = message.text();
    if (['error', 'warning'].includes(message.type()) && text !== NO_SERVICE_WORKER) {
      lines.push(text);
    }
  });
  context.on('weberror', (error) => lines.push(error.error().message));
  return lines;
}

export { expect };
