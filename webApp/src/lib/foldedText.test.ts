// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { findMatches } from '@/lib/foldedText';

function found(text: string, query: string): string[] {
  return findMatches(text, query).map(({ start, end }) => text.slice(start, end));
}

describe('findMatches', () => {
  test('finds every place whatever its case, as it is written there', () => {
    expect(found('Frost, frost and defROSTing', 'frost')).toEqual(['Frost', 'frost', 'fROST']);
  });

  test('takes the four letters i for one', () => {
    expect(found('İstanbul, ISTANBUL, ıstanbul', 'istanbul')).toEqual([
      'İstanbul',
      'ISTANBUL',
      'ıstanbul',
    ]);
  });

  test('keeps its place behind characters of two units and combining dots', () => {
    expect(found('🧊🧊 i\u0307ce 図書館', '図書')).toEqual(['図書']);
  });

  test('finds nothing for blanks, and takes signs literally', () => {
    expect(found('a b', '  ')).toEqual([]);
    expect(found('100 % (.*)', '(.*)')).toEqual(['(.*)']);
  });
});
