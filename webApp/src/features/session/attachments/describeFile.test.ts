import { describe, expect, test } from 'vitest';

import { describeFile, isShownAsImage } from '@/features/session/attachments/describeFile';
import { describeUploads } from '@/features/session/attachments/describeUploads';
import { asDraftFile, type DraftFile } from '@/api/attachments/draftFiles';
import { makeAttachment } from '@/testing/messages';

describe('describeFile', () => {
  test.each([
    ['application/pdf', 'lease.pdf', 1, 'PDF · 1 byte'],
    ['text/plain', 'nights.CSV', 1023, 'Table · 1023 bytes'],
    ['text/plain', 'notes', 48 * 1024, 'Text · 48 KB'],
    ['text/html', 'page.html', 40, 'HTML · 40 bytes'],
    ['application/octet-stream', 'all.tar.gz', 1024 * 1024 - 1, 'GZ · 1.0 MB'],
    ['application/octet-stream', 'unknown', 20 * 1024 * 1024, 'File · 20 MB'],
    ['image/png', 'field.png', 1.25 * 1024 * 1024, 'Image · 1.3 MB'],
  ] as const)('names a %s called %s', (content_type, filename, size_bytes, words) => {
    expect(describeFile(makeAttachment(1, { content_type, filename, size_bytes }))).toBe(words);
  });

  test('draws no SVG, whatever it is called', () => {
    const drawn = (content_type: string) =>
      isShownAsImage(makeAttachment(1, { kind: 'image', content_type }));
    expect(drawn('image/webp')).toBe(true);
    expect(drawn('image/svg+xml')).toBe(false);
  });
});

describe('describeUploads', () => {
  const ready = asDraftFile(makeAttachment(1));
  const waiting: DraftFile = { ...ready, attachment: null, progress: 0.5 };
  const refused: DraftFile = { ...waiting, problem: 'This file is empty.' };
  const broken: DraftFile = { ...refused, canRetry: true };

  test.each([
    ['nothing', [], null],
    ['what is uploaded', [ready], null],
    ['what is on its way', [ready, waiting, refused], 'You can send when everything is uploaded.'],
    ['one that was refused', [ready, refused], 'One file is not attached. Remove it.'],
    [
      'several that failed',
      [refused, broken],
      '2 files are not attached. Remove them or try again.',
    ],
  ])('is held back by %s as it says', (_, files, sentence) => {
    expect(describeUploads(files)).toBe(sentence);
  });
});
