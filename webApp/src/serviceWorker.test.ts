// @vitest-environment node

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(path, 'utf8');

/** The words in quotes between two marks. */
function wordsIn(text: string, from: string, to: string): string[] {
  const part = text.slice(text.indexOf(from)).split(to, 1)[0] ?? '';
  return [...part.matchAll(/["'](.+?)["']/g)].map(([, word = '']) => word).sort();
}

test('the service worker leaves the addresses of the server alone', () => {
  const kept = wordsIn(read('serviceWorker.js'), 'const SERVER_PATHS', ']');
  const served = wordsIn(read('../chatServer/routers/web_app.py'), 'SERVER_PATHS =', ')');
  expect(kept).toEqual(served);
  expect(kept).toContain('api');
});
