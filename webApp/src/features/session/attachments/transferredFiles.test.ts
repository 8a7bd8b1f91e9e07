// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { pastedFiles } from '@/features/session/attachments/transferredFiles';

const NOW = new Date(2026, 10, 21, 9, 5, 7);

function makeTransfer(names: string[], types: string[]): DataTransfer {
  const files = names.map((name) => new File(['x'], name, { type: 'image/png' }));
  return { files, types } as unknown as DataTransfer;
}

const namesOf = (transfer: DataTransfer) => pastedFiles(transfer, NOW).map(({ name }) => name);

describe('pastedFiles', () => {
  test('names a picture that has no name of its own by the time', () => {
    expect(namesOf(makeTransfer(['image.png'], ['Files']))).toEqual(['Pasted image 09.05.07.png']);
  });

  test('keeps the names of copied files, whose names are pasted as text too', () => {
    expect(namesOf(makeTransfer(['a.pdf', 'b.pdf'], ['text/plain', 'Files']))).toEqual([
      'a.pdf',
      'b.pdf',
    ]);
  });

  test('leaves text from an office program, with its picture of the text, to be text', () => {
    const types = ['text/plain', 'text/html', 'text/rtf', 'Files'];
    expect(namesOf(makeTransfer(['image.png'], types))).toEqual([]);
  });
});
