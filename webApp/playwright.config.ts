import { defineConfig } from '@playwright/test';

import { CHROMIUM_ARGS, chromiumPath } from '#e2e/harness/chromium.ts';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'e2e/artifacts/failures',
  globalSetup: './e2e/harness/globalSetup.ts',
  // One stack, an account of its own for each test; they wait more than they compute.
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // A busy machine is slow, not wrong: there the longest answers take a minute instead of ten seconds.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  reporter: 'list',
  use: {
    launchOptions: { executablePath: await chromiumPath(), args: CHROMIUM_ARGS },
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    // Past it no request could be stood in for; offline.spec.ts is about it.
    serviceWorkers: 'block',
    // What still moves when a test clicks would only make it miss.
    contextOptions: { reducedMotion: 'reduce' },
    // What failed keeps its last picture and the page as text. A trace of everything costs a fifth of
    // the whole run: `npm exec -- playwright test --trace retain-on-failure` where it is needed.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
});
