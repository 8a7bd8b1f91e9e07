// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { sessionKey } from '@/features/picker/pickerItems';
import {
  chooseAll,
  chooseRange,
  chosenOf,
  isSessionRow,
  NOTHING_CHOSEN,
  type SessionPickerRow,
  toggleRow,
} from '@/features/picker/selection';
import type { Selection } from '@/stores/useChatStore';
import { makeSession } from '@/testing/sessions';

function row(id: string): SessionPickerRow {
  return { kind: 'session', key: sessionKey(id), session: makeSession({ session_id: id }) };
}

const ROWS = ['a', 'b', 'c', 'd', 'e'].map(row);
const [A, B, C, D] = ROWS as [
  SessionPickerRow,
  SessionPickerRow,
  SessionPickerRow,
  SessionPickerRow,
];
const namesOf = (selection: Selection) => chosenOf(selection, ROWS).map(({ session_id: id }) => id);
const upTo = (selection: Selection, id: string, from: string | null = null) =>
  chooseRange(selection, ROWS, { from: from && sessionKey(from), to: sessionKey(id) });

test('runs can be chosen like sessions, names of groups cannot', () => {
  const run = { kind: 'run', key: 'run a', session: A.session, foldKey: 'schedule' } as const;
  expect(isSessionRow(run)).toBe(true);
  expect(isSessionRow({ kind: 'label', key: 'group', text: 'Today' })).toBe(false);
});

test('toggling chooses a row, and takes it out again', () => {
  const both = toggleRow(toggleRow(NOTHING_CHOSEN, C), A);
  expect(namesOf(both)).toEqual(['a', 'c']);
  expect(namesOf(toggleRow(both, C))).toEqual(['a']);
});

describe('chooseRange', () => {
  test('begins at the row that was chosen last, and keeps what is apart from it', () => {
    const chosen = toggleRow(toggleRow(NOTHING_CHOSEN, A), C);
    expect(namesOf(upTo(chosen, 'e'))).toEqual(['a', 'c', 'd', 'e']);
  });

  test('grows, shrinks and turns around its beginning', () => {
    const down = upTo(toggleRow(NOTHING_CHOSEN, C), 'e');
    const shorter = upTo(down, 'd');
    expect(namesOf(shorter)).toEqual(['c', 'd']);
    expect(namesOf(upTo(shorter, 'b'))).toEqual(['b', 'c']);
  });

  test('begins at what is open when nothing was chosen before, else at the row itself', () => {
    expect(namesOf(upTo(NOTHING_CHOSEN, 'c', 'b'))).toEqual(['b', 'c']);
    expect(namesOf(upTo(NOTHING_CHOSEN, 'c', 'gone'))).toEqual(['c']);
    expect(namesOf(upTo(toggleRow(NOTHING_CHOSEN, row('gone')), 'c', 'gone'))).toEqual(['c']);
  });
});

test('what has left the list is not chosen any more, and a session stands once', () => {
  const all = chooseAll(NOTHING_CHOSEN, ROWS);
  expect(chosenOf(all, [B, D]).map(({ session_id: id }) => id)).toEqual(['b', 'd']);
  const continued = { kind: 'run', key: 'run b', session: B.session, foldKey: 'schedule' } as const;
  expect(chosenOf(all, [B, continued])).toHaveLength(1);
});
