// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { describeExcess, outgoingText } from '@/features/session/composer/composerText';

describe('outgoingText', () => {
  test.each([
    ['  \n\n  first line\nsecond  \n\n', '  first line\nsecond'],
    ['   \n \t', ''],
    ['a\0b', 'ab'],
    ['half \ud83c of a pair 🌡️', 'half \ufffd of a pair 🌡️'],
  ])('makes of %j %j', (typed, sent) => {
    expect(outgoingText(typed)).toBe(sent);
  });
});

describe('describeExcess', () => {
  test('counts bytes, not characters', () => {
    expect(describeExcess('é'.repeat(512), 1024)).toBeNull();
    expect(describeExcess('é'.repeat(513), 1024)).toBe(
      'A message holds 1 KB of text. Shorten this one by 2 bytes.',
    );
  });
});
