import { expect, test } from 'vitest';

import { plainTitle, titleOf } from '@/lib/plainTitle';

test.each([
  ['  May\r\n\tin\u3000Lisbon\u00a0 ', 'May in Lisbon'],
  ['safe\u202egnp.exe', 'safegnp.exe'],
  ['\u2067one\u2069 \u0007two\u2028three', 'one two three'],
  ['نمی\u200cشود ❤\ufe0f', 'نمی\u200cشود ❤\ufe0f'],
  [' \u202e\n', ''],
])('%j is stored as %j', (text, title) => {
  expect(plainTitle(text)).toBe(title);
});

test.each([
  ['Dear landlord,\n\nthe heating', 'Dear landlord, the heating'],
  [`${'a'.repeat(20)} ${'b'.repeat(20)} ${'c'.repeat(20)}`, `${'a'.repeat(20)} ${'b'.repeat(20)}…`],
  [`word ${'a'.repeat(70)}`, `word ${'a'.repeat(54)}…`],
  ['🌷'.repeat(61), `${'🌷'.repeat(59)}…`],
  ['🌷'.repeat(60), '🌷'.repeat(60)],
  [' \n', ''],
])('a session that begins with %j is called %j', (content, title) => {
  expect(titleOf(content)).toBe(title);
});
