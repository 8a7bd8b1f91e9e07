import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const BLOCKING = new Set(['serious', 'critical']);

/** What axe finds by colours; its other rules judge light and dark alike. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** No serious finding of axe, by these of its rules or by all, on the page as it stands. */
export async function expectAccessible(page: Page, rules?: string[]): Promise<void> {
  // Passes are not read, and within one origin nothing has to be put together in another page.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  if (rules) axe.withRules(rules);
  const { violations } = await axe.analyze();
  const findings = violations
    .filter(({ impact }) => BLOCKING.has(impact ?? ''))
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  expect(findings).toEqual([]);
}

declare global {
  interface Window {
    layoutShift?: number;
    layoutShifts?: PerformanceObserver;
  }
}

/** Sums what moves by itself from the next navigation on. */
export async function recordLayoutShift(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.layoutShift = 0;
    window.layoutShifts = new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
      })[]) {
        if (!entry.hadRecentInput) window.layoutShift = (window.layoutShift ?? 0) + entry.value;
      }
    });
    window.layoutShifts.observe({ type: 'layout-shift', buffered: true });
  });
}

/** What has moved up to now is not meant, nor what is about to be painted. */
export async function forgetLayoutShift(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const nextFrame = () => new Promise(requestAnimationFrame);
    // A shift is told a moment after the frame in which it was painted.
    for (let frame = 0; frame < 3; frame += 1) await nextFrame();
    window.layoutShifts?.takeRecords();
    window.layoutShift = 0;
  });
}

export async function expectSteadyLayout(page: Page): Promise<void> {
  expect(await page.evaluate(() => window.layoutShift)).toBeLessThanOrEqual(0.02);
}

/** The page as it stands is accessible in light and dark; keeps a picture of each. */
export async function look(page: Page, name: string): Promise<void> {
  await expectAccessible(page);
  await keepPicture(page, `${name}-light`);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page, COLOUR_RULES);
  await keepPicture(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Keeps a picture of the page in e2e/artifacts for whoever asks by PICTURES=1 to look at them. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES === undefined) return;
  await page.screenshot({ path: `e2e/artifacts/${name}.png` });
}
