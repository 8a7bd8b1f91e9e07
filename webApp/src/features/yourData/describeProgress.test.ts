// @vitest-environment node

import { expect, test } from 'vitest';

import type { ImportProgress } from '@/api/archive/readImport';
import {
  describeExportProgress,
  describeImportProgress,
} from '@/features/yourData/describeProgress';

test.each<[ImportProgress | null, number | null, string]>([
  [null, null, 'Beginning'],
  [{ step: 'sending', sent: 3_000_000, total: 12_000_000 }, 0.25, 'Sent 2.9 MB of 11 MB'],
  [{ step: 'checking' }, null, 'Checking the archive'],
  [
    {
      step: 'storing',
      done: { sessions: 3, messages: 10 },
      total: { sessions: 1_200, messages: 40 },
    },
    0.25,
    '3 of 1,200 sessions',
  ],
  [
    {
      step: 'storing',
      done: { sessions: 0, messages: 5_000 },
      total: { sessions: 1, messages: 50_000 },
    },
    0.1,
    '5,000 of 50,000 messages',
  ],
  [
    { step: 'storing', done: { sessions: 0, messages: 0 }, total: { sessions: 2, messages: 0 } },
    null,
    '0 of 2 sessions',
  ],
])('import: %o', (progress, share, words) => {
  expect(describeImportProgress(progress)).toEqual({ share, words });
});

test('export: by sessions, and by bytes as long as there is none', () => {
  expect(describeExportProgress({ sessions: 12, sessionsTotal: 48, bytes: 1_300_000 })).toEqual({
    share: 0.25,
    words: '12 of 48 sessions, 1.2 MB',
  });
  const empty = { sessions: 0, sessionsTotal: 0, bytes: 300 };
  const first = { sessions: 0, sessionsTotal: 2, bytes: 300 };
  expect(describeExportProgress(first)).toEqual({
    share: null,
    words: '0 of 2 sessions, 300 bytes',
  });
  expect(describeExportProgress(empty)).toEqual({
    share: null,
    words: '0 of 0 sessions, 300 bytes',
  });
});
