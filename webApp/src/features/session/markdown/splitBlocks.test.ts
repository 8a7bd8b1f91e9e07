// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { splitBlocks } from '@/features/session/markdown/splitBlocks';

describe('splitBlocks', () => {
  test('cuts between paragraphs', () => {
    expect(splitBlocks('One.\n\nTwo\nlines.\n\n\nThree.')).toEqual([
      'One.\n',
      'Two\nlines.\n\n',
      'Three.',
    ]);
  });

  test('leaves every finished block as it was while the text grows', () => {
    const text = 'One.\n\n- a\n\n- b\n\n```py\nx = 1\n\ny = 2\n```\n\nLast';
    const blocks = splitBlocks(text);
    for (let length = 1; length < text.length; length += 1) {
      const partial = splitBlocks(text.slice(0, length));
      const finished = partial.slice(0, -1);
      expect(blocks.slice(0, finished.length)).toEqual(finished);
    }
  });

  test.each([
    ['a fence', '```py\na = 1\n\nb = 2\n```'],
    ['a fence inside which another begins', '````md\n```py\n\na\n```\n\n````'],
    ['a fence that is not closed yet', '```py\na = 1\n\nb'],
    ['a list whose items stand apart', '1. one\n\n2. two\n\n3. three'],
    ['a paragraph of a list item', '- one\n\n  still one'],
  ])('keeps %s whole', (_name, markdown) => {
    expect(splitBlocks(markdown)).toEqual([markdown]);
  });

  test('gives every block the addresses that are defined further down', () => {
    const [first, second] = splitBlocks('See [here].\n\nMore.\n\n[here]: https://example.org');
    expect(first).toMatch(/^\[here]: https:\/\/example\.org\n\nSee/);
    expect(second).toMatch(/^\[here]: /);
  });

  test('does not cut a text with footnotes', () => {
    const markdown = 'One.[^1]\n\nTwo.\n\n[^1]: A note.';
    expect(splitBlocks(markdown)).toEqual([markdown]);
  });
});
