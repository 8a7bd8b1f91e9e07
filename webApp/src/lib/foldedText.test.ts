// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { findMatches, wantedIn } from '@/lib/foldedText';

function found(text: string, query: string): string[] {
  return findMatches(text, wantedIn(text, query)).map(({ start, end }) => text.slice(start, end));
}

describe('what is marked', () => {
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

  test('is the query as it was typed, or else each of its words', () => {
    expect(found('The frost: frost came', 'frost came')).toEqual(['frost came']);
    expect(found('It came as frost, frosty and all', ' came  FROST frosty ')).toEqual([
      'came',
      'frost',
      'frosty',
    ]);
    expect(found('今天我们去图书馆看书', '看书\u3000图书')).toEqual(['图书', '看书']);
  });

  test('is no single letter beside a word', () => {
    expect(found('a hard frost', 'frost h')).toEqual(['frost']);
    expect(found('x and y', 'y x')).toEqual(['x', 'y']);
  });

  test('finds nothing for blanks, and takes signs literally', () => {
    expect(found('a b', '  ')).toEqual([]);
    expect(found('100 % (.*)', '(.*)')).toEqual(['(.*)']);
  });
});
