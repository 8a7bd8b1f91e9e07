// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { addressOf, type PaletteCommand, paletteItems } from '@/features/search/paletteItems';
import { makeSession } from '@/testing/sessions';

const commands: PaletteCommand[] = ['New session', 'Schedules', 'Sign out'].map((label) => ({
  label,
  icon: null,
  run: () => undefined,
}));

function keysFor(text: string, offersStart = false): string[] {
  const hits = [makeSession({ session_id: 'hit' })];
  return paletteItems({ commands, text, hits, offersStart }).map(({ key }) => key);
}

describe('paletteItems', () => {
  test('puts commands that begin like the text before the hits', () => {
    expect(keysFor('sche')).toEqual(['command Schedules', 'hit']);
    expect(keysFor('SESS')).toEqual(['command New session', 'hit']);
  });

  test('names no command for one letter or a piece inside a word', () => {
    expect(keysFor('s')).toEqual(['hit']);
    expect(keysFor('ession')).toEqual(['hit']);
  });

  test('ends with a new session about the text', () => {
    expect(keysFor('frost', true)).toEqual(['hit', 'start']);
  });
});

describe('addressOf', () => {
  test('leads to the message that holds the match', () => {
    const match = {
      message_id: 7,
      role: 'user',
      created_at: '2026-11-21T12:00:00Z',
      before: '',
      text: 'frost',
      after: '',
    } as const;
    expect(addressOf(makeSession({ session_id: 'a/b', match }))).toBe('/sessions/a%2Fb?message=7');
    expect(addressOf(makeSession({ session_id: 'a' }))).toBe('/sessions/a');
  });
});
