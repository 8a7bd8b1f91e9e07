// @vitest-environment node

import { describe, expect, test } from 'vitest';

import type { Message, MessagePage } from '@/api/schema';
import {
  mergeMessagesAbove,
  mergeNewestMessages,
  mergeTurn,
  NO_MESSAGES,
  updateMessages,
} from '@/api/turns/messageList';
import { makeMessage } from '@/api/turns/testFixtures';

function pageOf(messages: Message[]): MessagePage {
  const hasMore = (messages[0]?.parent_id ?? null) !== null;
  const nextBeforeId = hasMore ? (messages[0]?.id ?? null) : null;
  return { messages, has_more: hasMore, next_before_id: nextBeforeId };
}

function range(first: number, last: number): Message[] {
  return Array.from({ length: last - first + 1 }, (_, index) => makeMessage(first + index));
}

const loaded = (first: number, last: number) => pageOf(range(first, last));
const idsOf = (page: MessagePage) => page.messages.map(({ id }) => id);

describe('mergeNewestMessages', () => {
  test('adds what is new and keeps what was loaded above', () => {
    const list = mergeNewestMessages(loaded(3, 8), pageOf(range(7, 10)));
    expect(idsOf(list)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(list.next_before_id).toBe(3);
  });

  test('knows when everything is loaded', () => {
    const list = mergeNewestMessages(loaded(1, 4), pageOf(range(3, 6)));
    expect(list.has_more).toBe(false);
  });

  test('starts again at the end when messages are missing between', () => {
    const list = mergeNewestMessages(loaded(1, 4), pageOf(range(8, 10)));
    expect(idsOf(list)).toEqual([8, 9, 10]);
    expect(list).toMatchObject({ has_more: true, next_before_id: 8 });
  });

  test('follows the session to another branch', () => {
    const edited = makeMessage(9, { parent_id: 2, role: 'user' });
    const answer = makeMessage(10, { parent_id: 9 });
    const list = mergeNewestMessages(loaded(1, 8), {
      ...pageOf([edited, answer]),
      has_more: true,
      next_before_id: 9,
    });
    expect(idsOf(list)).toEqual([1, 2, 9, 10]);
  });

  test('does not reopen an answer that has ended', () => {
    const late = makeMessage(2, { status: 'streaming', content: '' });
    const list = mergeNewestMessages(loaded(1, 2), pageOf([makeMessage(1), late]));
    expect(list.messages.at(-1)).toMatchObject({ status: 'complete', content: 'Message 2' });
  });

  test('takes the ending of an answer that was being written', () => {
    const open = makeMessage(2, { status: 'streaming', content: '' });
    const list = mergeNewestMessages(pageOf([makeMessage(1), open]), pageOf(range(1, 2)));
    expect(list.messages.at(-1)?.status).toBe('complete');
  });

  test('leaves an empty session empty', () => {
    expect(idsOf(mergeNewestMessages(NO_MESSAGES, pageOf([])))).toEqual([]);
  });
});

describe('mergeTurn', () => {
  test('adds a turn once', () => {
    const turn = range(3, 4);
    const once = mergeTurn(loaded(1, 2), turn);
    expect(idsOf(mergeTurn(once, turn))).toEqual([1, 2, 3, 4]);
  });

  test('goes over to the branch of an edit', () => {
    const edit = makeMessage(9, { parent_id: 2, role: 'user' });
    const list = mergeTurn(loaded(1, 6), [edit, makeMessage(10, { parent_id: 9 })]);
    expect(idsOf(list)).toEqual([1, 2, 9, 10]);
  });

  test('goes over to another answer below its question', () => {
    const question = makeMessage(3, { role: 'user', content: 'as it is' });
    const list = mergeTurn(loaded(1, 6), [question, makeMessage(8, { parent_id: 3 })]);
    expect(idsOf(list)).toEqual([1, 2, 3, 8]);
  });

  test('begins at the root with an edit of the first message', () => {
    const edit = makeMessage(9, { parent_id: null, role: 'user' });
    const list = mergeTurn(loaded(1, 6), [edit, makeMessage(10, { parent_id: 9 })]);
    expect(idsOf(list)).toEqual([9, 10]);
    expect(list.has_more).toBe(false);
  });

  test('leaves out what follows a message that is not loaded', () => {
    const list = mergeTurn(loaded(5, 6), [makeMessage(20, { parent_id: 19 })]);
    expect(idsOf(list)).toEqual([5, 6]);
  });
});

describe('updateMessages', () => {
  test('takes an ending over and adds nothing', () => {
    const open = makeMessage(2, { status: 'streaming', content: '' });
    const list = updateMessages(pageOf([makeMessage(1), open]), [makeMessage(2), makeMessage(8)]);
    expect(idsOf(list)).toEqual([1, 2]);
    expect(list.messages[1]?.status).toBe('complete');
  });
});

describe('mergeMessagesAbove', () => {
  test('puts the page in front of what has been added meanwhile', () => {
    const list = mergeMessagesAbove(loaded(5, 10), 5, loaded(3, 4));
    expect(idsOf(list)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(list).toMatchObject({ has_more: true, next_before_id: 3 });
  });

  test('comes too late when another branch is shown', () => {
    expect(idsOf(mergeMessagesAbove(loaded(8, 9), 5, loaded(3, 4)))).toEqual([8, 9]);
  });
});
