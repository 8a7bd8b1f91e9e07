import { afterEach, expect, test } from 'vitest';

import { ApiError } from '@/api/apiError';
import { noteReachable, noteUnreachable } from '@/api/reachability';
import { addOutgoing, dropOutgoing, forgetOutbox, useOutbox } from '@/api/turns/outbox';
import { sendWaiting } from '@/api/turns/sendOutbox';

afterEach(forgetOutbox);

const outgoing = () => useOutbox.getState().messages;

function write(content: string, sessionId = 's1'): void {
  addOutgoing({ sessionId, content, parentId: null, startsSession: false });
}

/** A tab: what it sends is written down, and leaves the outbox. */
function openTab(refuse?: (content: string) => ApiError | undefined) {
  const sent: string[] = [];
  const { signal } = new AbortController();
  const send = ({ content, clientRequestId }: { content: string; clientRequestId: string }) => {
    const refusal = refuse?.(content);
    if (refusal) return Promise.reject(refusal);
    sent.push(content);
    dropOutgoing(new Set([clientRequestId]));
    return Promise.resolve();
  };
  return { sent, run: (sessionId = 's1') => sendWaiting(sessionId, { signal, send }) };
}

test('what waits goes out in the order of writing, session by session', async () => {
  write('First');
  write('Elsewhere', 's2');
  write('Second');
  const { sent, run } = openTab();
  await run();
  expect(sent).toEqual(['First', 'Second']);
  expect(outgoing()).toMatchObject([{ content: 'Elsewhere' }]);
});

test('without the server all is marked as waiting, and goes out when the server is back', async () => {
  noteUnreachable();
  write('First');
  write('Second');
  write('Elsewhere', 's2');
  const { sent, run } = openTab();
  const done = run();
  await expect.poll(() => outgoing()[0]?.isDelayed).toBe(true);
  write('Third');
  const delayed = outgoing().filter(({ isDelayed }) => isDelayed);
  expect(delayed.map(({ content }) => content)).toEqual(['First', 'Second', 'Third']);
  expect(sent).toEqual([]);
  noteReachable();
  await done;
  expect(sent).toEqual(['First', 'Second', 'Third']);
});

test('what is written below a message that was refused is not said to wait for it', async () => {
  noteUnreachable();
  write('Too long');
  const refusal = new ApiError({ code: 'body_too_large', status: 413, detail: '' });
  const { run } = openTab(() => refusal);
  const done = run();
  await expect.poll(() => outgoing()[0]?.isDelayed).toBe(true);
  noteReachable();
  await done;
  write('Fine');
  expect(outgoing()[1]?.isDelayed).toBeUndefined();
});

test('what is refused stays with the reason, and holds nothing back', async () => {
  write('Too long');
  write('Fine');
  const refusal = new ApiError({ code: 'body_too_large', status: 413, detail: '' });
  const { sent, run } = openTab((content) => (content === 'Too long' ? refusal : undefined));
  await run();
  expect(sent).toEqual(['Fine']);
  expect(outgoing()).toMatchObject([
    { content: 'Too long', problem: 'This is too large for the server.' },
  ]);
});

test('a message that another tab has sent meanwhile is not sent again', async () => {
  noteUnreachable();
  write('Once');
  const [one, other] = [openTab(), openTab()];
  const done = Promise.all([one.run(), other.run()]);
  noteReachable();
  await done;
  expect([...one.sent, ...other.sent]).toEqual(['Once']);
});
