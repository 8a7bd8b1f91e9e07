import type { Page } from '@playwright/test';

import { openSignedIn } from '#e2e/harness/accounts.ts';
import {
  expectSteadyLayout,
  forgetLayoutShift,
  look,
  recordLayoutShift,
} from '#e2e/harness/measures.ts';
import { seedRegistry } from '#e2e/harness/realisticSessions.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';
import { expect, test } from '#e2e/harness/test.ts';
import { startProxy } from '#e2e/sessionProxy.ts';

const WIDTHS = [
  { width: 360, height: 780 },
  { width: 1440, height: 900 },
];

async function write(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Waiting to be sent').last()).toBeVisible();
}

for (const viewport of WIDTHS) {
  const isPhone = viewport.width < 640;

  test.describe(`${viewport.width}`, () => {
    test.use({
      viewport,
      expectedConsole: /Failed to load resource|net::ERR/,
    });

    async function goToList(page: Page): Promise<void> {
      if (isPhone) await page.getByRole('button', { name: 'Back to sessions' }).click();
    }

    test('choosing several sessions, and being without the server, look right', async ({
      page,
      stack,
      account,
    }) => {
      const proxy = await startProxy(stack.base_url);
      await recordLayoutShift(page);
      await seedRegistry(stack, account);
      await openSignedIn(page, account, proxy.url);
      const row = sessionRows(page).filter({ hasText: 'Letter to the landlord' });
      await page.getByRole('button', { name: /Daily digest/ }).click();
      await expect(page.getByRole('link', { name: /^Run Result 30/ })).toBeVisible();
      // What the runs have moved by coming late is not meant.
      await forgetLayoutShift(page);
      await row.click({ modifiers: ['ControlOrMeta'] });
      await page.getByRole('checkbox', { name: /Run Result 30/ }).click();
      await page.getByRole('checkbox', { name: /Greenhouse/ }).click();
      const bar = page.getByRole('group', { name: 'Selected sessions' });
      await expect(bar).toContainText('3 selected');
      await expectSteadyLayout(page);
      await look(page, `selecting-${viewport.width}`);
      await bar.getByRole('button', { name: 'Stop selecting' }).click();

      // What is written and changed without the server waits, and says so.
      await row.click();
      await expect(page.getByRole('article')).toHaveCount(2);
      // Without a service worker, as on a page without TLS: all parts have been loaded ahead.
      await page.waitForFunction(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.includes('SignOutQuest')),
      );
      proxy.cut();
      await expect(page.getByText('No connection.')).toBeVisible();
      await write(page, 'And please add that the radiator in the kitchen is cold too.');
      // Where there is room for both, it stands beside the list.
      if (isPhone) await look(page, `offline-session-${viewport.width}`);
      await goToList(page);
      await page.getByRole('button', { name: 'New session' }).click();
      // The composer of the session before stays for a moment on a busy machine.
      await expect(page.getByRole('heading', { name: 'Everything you ask' })).toBeVisible();
      await write(page, 'Plan the garden for the spring');
      await goToList(page);
      await sessionRows(page).filter({ hasText: 'Greenhouse' }).press(' ');
      await page.getByRole('checkbox', { name: /Plan the garden/ }).click();
      await bar.getByRole('button', { name: 'Pin' }).click();
      await expect(sessionRows(page).filter({ hasText: 'Greenhouse' })).toContainText(
        'Change waiting to be sent',
      );
      await look(page, `offline-list-${viewport.width}`);
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await expect(page.getByText('2 messages and 1 change have not been sent.')).toBeVisible();
      await look(page, `sign-out-${viewport.width}`);
      await page.getByRole('button', { name: 'Sign out and discard them' }).click();
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
      await proxy.close();
    });
  });
}
