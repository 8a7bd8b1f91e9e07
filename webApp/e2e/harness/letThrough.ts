import type { Page } from '@playwright/test';

/**
 * Lets requests through to the server that a route has kept from it. The route stays below: where
 * the last one is taken away, a request that is on its way in that moment may never be answered.
 */
export async function letThrough(page: Page, pattern: string): Promise<void> {
  await page.route(pattern, (route) => route.continue());
}
