// @vitest-environment node

import { expect, test } from 'vitest';

import { endsArchive, readManifest } from '@/api/archive/archiveManifest';
import { makeArchive } from '@/testing/archives';

const HELD = { sessions: 2, messages: 5 };

test.each([false, true])(
  'reads what an archive holds, with 64-bit offsets: %s',
  async (is64Bit) => {
    const archive = makeArchive({ sessions: ['{"a":1}', '{"b":2}'], manifest: HELD, is64Bit });
    expect(endsArchive(archive)).toBe(true);
    expect(await readManifest(new Blob([archive]))).toEqual(HELD);
  },
);

test('of what was cut off anywhere, or is no archive, it reads nothing', async () => {
  const archive = makeArchive();
  for (let length = 0; length < archive.length; length += 7) {
    expect(await readManifest(new Blob([archive.slice(0, length)]))).toBeNull();
  }
  expect(endsArchive(archive.slice(0, -1))).toBe(false);
  expect(await readManifest(new Blob(['x'.repeat(500)]))).toBeNull();
});
