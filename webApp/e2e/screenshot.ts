/** Makes the pictures of the README: docs/images/picker-light.png and picker-dark.png. */
import { chromium } from '@playwright/test';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { openSignedIn, signUp } from '#e2e/harness/accounts.ts';
import { CHROMIUM_ARGS, chromiumPath } from '#e2e/harness/chromium.ts';
import { seedRegistry } from '#e2e/harness/realisticSessions.ts';
import { startStack } from '#e2e/harness/stack.ts';
import { sessionRows } from '#e2e/harness/sessionRows.ts';

// Half past ten, wherever and whenever it runs: a registry in the middle of its day.
const hoursAhead = 10 - new Date().getUTCHours();
const TIME_ZONE = `Etc/GMT${hoursAhead > 0 ? '-' : '+'}${Math.abs(hoursAhead)}`;
process.env.TZ = TIME_ZONE;

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));

await mkdir(FOLDER, { recursive: true });
const { stack, stop } = await startStack();
try {
  const account = await signUp(stack, 'ada');
  const [sessionId = ''] = await seedRegistry(stack, account);
  const browser = await chromium.launch({
    executablePath: await chromiumPath(),
    args: CHROMIUM_ARGS,
  });
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      baseURL: stack.base_url,
      viewport: { width: 1280, height: 800 },
      deviceScaleFactor: 2,
      locale: 'en-GB',
      timezoneId: TIME_ZONE,
      colorScheme,
    });
    const page = await context.newPage();
    await openSignedIn(page, account, `/sessions/${encodeURIComponent(sessionId)}`);
    await sessionRows(page).first().waitFor();
    await page.getByText('Run it every ten minutes').waitFor();
    await page.getByRole('button', { name: /^All \d/ }).waitFor();
    await page.screenshot({ path: `${FOLDER}picker-${colorScheme}.png` });
    await context.close();
  }
  await browser.close();
} finally {
  await stop();
}
