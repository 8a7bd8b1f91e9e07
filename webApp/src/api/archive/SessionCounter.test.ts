import { expect, test } from 'vitest';

import { SessionCounter } from '@/api/archive/SessionCounter';
import { makeArchive } from '@/testing/archives';

test.each([1, 7, 100_000])('counts the same in pieces of %i bytes', (length) => {
  const archive = makeArchive({ sessions: Array.from({ length: 12 }, (_, n) => `{"n":${n}}`) });
  const counter = new SessionCounter();
  for (let at = 0; at < archive.length; at += length) counter.feed(archive.slice(at, at + length));
  expect(counter.count).toBe(12);
});
