import { expect, test } from 'vitest';

import { plainTitle } from '@/lib/plainTitle';

test.each([
  ['  May\r\n\tin\u3000Lisbon\u00a0 ', 'May in Lisbon'],
  ['safe\u202egnp.exe', 'safegnp.exe'],
  ['\u2067one\u2069 \u0007two\u2028three', 'one two three'],
  ['نمی\u200cشود ❤\ufe0f', 'نمی\u200cشود ❤\ufe0f'],
  [' \u202e\n', ''],
])('%j is stored as %j', (text, title) => {
  expect(plainTitle(text)).toBe(title);
});
