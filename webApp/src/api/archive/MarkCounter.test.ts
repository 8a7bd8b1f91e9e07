// @vitest-environment node

import { expect, test } from 'vitest';

import { MarkCounter } from '@/api/archive/MarkCounter';

const TEXT = new TextEncoder().encode('\n---\n\n## You\n\n---\n\n--\n---\n\n## é'.repeat(12));

test.each([1, 7, 100_000])('counts the same in pieces of %i bytes', (length) => {
  const counter = new MarkCounter('\n---\n\n## ');
  for (let at = 0; at < TEXT.length; at += length) counter.feed(TEXT.slice(at, at + length));
  expect(counter.count).toBe(24);
});
