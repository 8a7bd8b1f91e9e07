// @vitest-environment node

import { describe, expect, test } from 'vitest';

import type { OutgoingMessage } from '@/api/turns/outbox';
import { makeMessage } from '@/api/turns/testFixtures';
import { listItems } from '@/features/session/messages/listItems';

const WAITING: OutgoingMessage = {
  clientRequestId: 'r1',
  sessionId: 's1',
  content: 'Hello',
  createdAt: '2026-11-20T09:40:00Z',
  parentId: null,
  followsRequestId: null,
  startsSession: false,
  problem: null,
};

describe('listItems', () => {
  test('keeps the key of a message when it has been sent', () => {
    const stored = makeMessage(3, { client_request_id: 'r1' });
    const [before] = listItems([], [WAITING], false);
    const [after] = listItems([stored], [], false);
    expect(before?.key).toBe(after?.key);
  });

  test('shows a message once while the outbox still holds it', () => {
    const stored = makeMessage(3, { client_request_id: 'r1' });
    expect(listItems([stored], [WAITING], false)).toHaveLength(1);
  });

  test('begins each day with its divider', () => {
    const days = ['2026-11-18T12:00:00Z', '2026-11-18T13:00:00Z', '2026-11-20T12:00:00Z'];
    const messages = days.map((at, index) => makeMessage(index + 1, { created_at: at }));
    const items = listItems(messages, [], false);
    expect(items.map(({ startsDay }) => startsDay)).toEqual([true, false, true]);
  });

  test('does not guess the day of the first message while more are above', () => {
    expect(listItems([makeMessage(9)], [], true)[0]?.startsDay).toBe(false);
  });

  test('tells which answers wait for another one', () => {
    const messages = [2, 4].map((id) => makeMessage(id, { status: 'streaming' }));
    const inLine = listItems([...messages, makeMessage(5)], [], false);
    expect(inLine.map(({ isInLine }) => isInLine)).toEqual([false, true, false]);
  });

  test('leaves out what is only for the agent', () => {
    const messages = [
      makeMessage(1),
      makeMessage(2, { role: 'tool' }),
      makeMessage(3, { role: 'system' }),
      makeMessage(4, { role: 'assistant', content: '' }),
      makeMessage(5, { role: 'assistant', content: '', status: 'failed' }),
    ];
    expect(listItems(messages, [], false).map(({ message }) => message?.id)).toEqual([1, 5]);
  });
});
