import type { Page } from '@playwright/test';

declare global {
  interface Window {
    endUndo?: () => void;
  }
}

/**
 * From the next navigation on, whatever can be undone and whatever is said stays so until `endUndo`:
 * what a test does in that time must not depend on how fast the machine is.
 */
export async function holdUndo(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const heldMs = [8_000, /* a toast without a button */ 4_000];
    const waiting = new Map<number, () => void>();
    const wait = window.setTimeout.bind(window);
    const cancel = window.clearTimeout.bind(window);
    const setTimeout = (handler: () => void, ms?: number, ...rest: unknown[]) => {
      if (ms === undefined || !heldMs.includes(ms)) return wait(handler, ms, ...rest);
      // Only its number is wanted.
      const timer = wait(() => undefined);
      waiting.set(timer, handler);
      return timer;
    };
    const clearTimeout = (timer?: number) => {
      if (timer !== undefined) waiting.delete(timer);
      cancel(timer);
    };
    const endUndo = () => {
      const handlers = [...waiting.values()];
      waiting.clear();
      for (const handler of handlers) handler();
    };
    Object.assign(window, { setTimeout, clearTimeout, endUndo });
  });
}

/** The time to undo is over. */
export async function endUndo(page: Page): Promise<void> {
  await page.evaluate(() => window.endUndo?.());
}
