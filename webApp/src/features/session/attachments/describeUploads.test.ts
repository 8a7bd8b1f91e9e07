import { describe, expect, test } from 'vitest';

import { FILE_MAX_BYTES } from '@/api/attachments/checkFile';
import { describeLeftOut } from '@/features/session/attachments/describeUploads';

function makeFile(name: string, size = 1): File {
  return Object.defineProperty(new File([], name), 'size', { value: size });
}

describe('describeLeftOut', () => {
  const film = makeFile('film.mov', FILE_MAX_BYTES + 1);
  const note = makeFile('note.txt', FILE_MAX_BYTES);

  test.each([
    [[note], 'A message holds 10 files. note.txt was left out.'],
    [[film], 'A message holds 10 files. film.mov was left out, and is larger than 20 MB.'],
    [[note, note], 'A message holds 10 files. 2 files were left out.'],
    [
      [note, film, note],
      'A message holds 10 files. 3 files were left out, one of them larger than 20 MB.',
    ],
    [[film, film], 'A message holds 10 files. 2 files were left out, all larger than 20 MB.'],
  ])('says both that there is no room and what is too large', (files, sentence) => {
    expect(describeLeftOut(files)).toBe(sentence);
  });
});
