import type { Locator, Page } from '@playwright/test';

/** The rows of the picker, in order. */
export function sessionRows(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Sessions' }).getByRole('link');
}
