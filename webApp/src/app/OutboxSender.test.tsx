import { useQuery, useQueryClient } from '@tanstack/react-query';
import { act, cleanup, screen } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { queryKeys } from '@/api/queryKeys';
import { noteReachable, noteUnreachable } from '@/api/reachability';
import type { MessagePage } from '@/api/schema';
import { NO_MESSAGES } from '@/api/turns/messageList';
import { addOutgoing, forgetOutbox, useOutbox } from '@/api/turns/outbox';
import { makeMessage, makeSession } from '@/api/turns/testFixtures';
import { newestMessagesOptions } from '@/api/turns/turnCache';
import { OutboxSender } from '@/app/OutboxSender';
import { useOutgoing } from '@/features/session/useOutgoing';
import { NEW_SESSION_DRAFT, useChatStore } from '@/stores/useChatStore';
import { PATIENCE_MS } from '@/testing/patience';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));

const OUTBOX = 'chat-registry-outbox';

afterEach(() => {
  cleanup();
  forgetOutbox();
  noteReachable();
});

/** The messages of a session as a page shows them: what is read, and what is on its way. */
function Messages() {
  const queryClient = useQueryClient();
  useQuery(newestMessagesOptions(queryClient, 's1'));
  const outgoing = useOutgoing('s1');
  const read = queryClient.getQueryData<MessagePage>(queryKeys.messages('s1'))?.messages ?? [];
  const known = new Set(read.map((message) => message.client_request_id));
  const waiting = outgoing.filter(({ clientRequestId }) => !known.has(clientRequestId));
  return <p>{[...read, ...waiting].map(({ content }) => content).join(', ')}</p>;
}

test('a message that another tab has sent stays on the page until it is read there', async () => {
  useChatStore.setState({ draftsOwnerId: 'ada' });
  noteUnreachable();
  const { queryClient } = renderWithQueries(
    <>
      <OutboxSender />
      <Messages />
    </>,
  );
  const requestId = addOutgoing({
    ...{ sessionId: 's1', content: 'Hello', parentId: null, startsSession: false },
  });
  expect(await screen.findByText('Hello')).toBeVisible();
  queryClient.setQueryData(queryKeys.messages('s1'), NO_MESSAGES);

  const { promise: held, resolve: release } = Promise.withResolvers<null>();
  const asked = vi.fn();
  server.use(
    http.get('*/api/chat/sessions/s1', async () => {
      asked();
      await held;
      const messages = [makeMessage(1, { content: 'Hello', client_request_id: requestId })];
      return HttpResponse.json({ ...makeSession(), ...NO_MESSAGES, messages });
    }),
  );
  const { state, version } = JSON.parse(localStorage.getItem(OUTBOX) ?? '{}') as {
    state: object;
    version: number;
  };
  act(() => {
    noteReachable();
    localStorage.setItem(OUTBOX, JSON.stringify({ state: { ...state, messages: [] }, version }));
    window.dispatchEvent(new StorageEvent('storage', { key: OUTBOX }));
  });
  await vi.waitFor(() => expect(asked).toHaveBeenCalled(), PATIENCE_MS);
  expect(screen.getByText('Hello')).toBeVisible();
  release(null);
  await vi.waitFor(
    () =>
      expect(queryClient.getQueryData(queryKeys.messages('s1'))).toMatchObject({
        messages: [{ content: 'Hello' }],
      }),
    PATIENCE_MS,
  );
  expect(await screen.findByText('Hello')).toBeVisible();
});

describe('written into a session that was deleted elsewhere', () => {
  const written = (content: string) =>
    addOutgoing({ sessionId: 's1', content, parentId: null, startsSession: false });
  const newDraft = () => useChatStore.getState().drafts[NEW_SESSION_DRAFT];
  const problems = () => useOutbox.getState().messages.map(({ problem }) => problem !== null);

  beforeEach(() => {
    useChatStore.getState().claimDrafts('ada');
    useChatStore.getState().setDraft(NEW_SESSION_DRAFT, '');
    useOutbox.setState({ ownerId: 'ada' });
    const gone = { code: 'session_not_found', status: 404, detail: 'Gone.' };
    server.use(
      http.post('*/api/chat/sessions/s1/messages', () => HttpResponse.json(gone, { status: 404 })),
    );
  });

  test('words are kept for a new session, in order and with a word', async () => {
    useChatStore.getState().setDraft(NEW_SESSION_DRAFT, 'Begun before');
    written('First');
    written('Second');
    renderWithQueries(<OutboxSender />);
    await expect.poll(newDraft, { timeout: 9_000 }).toBe('Begun before\n\nFirst\n\nSecond');
    expect(problems()).toEqual([]);
    const sentence = /deleted on another device\. What you wrote into it is kept\.$/;
    expect(await screen.findByText(sentence)).toBeInTheDocument();
  });

  test('those of somebody else are not', () => {
    written('First');
    const refused = { problem: 'This session does not exist.', isSessionGone: true };
    useOutbox.setState(({ messages }) => ({
      ownerId: 'bob',
      messages: messages.map((message) => ({ ...message, ...refused })),
    }));
    renderWithQueries(<OutboxSender />);
    expect(problems()).toEqual([]);
    expect(newDraft() ?? '').toBe('');
  });

  test('they stay where they are while that session is open', async () => {
    written('First');
    renderWithQueries(<OutboxSender />, '/sessions/s1');
    await expect.poll(problems, { timeout: 9_000 }).toEqual([true]);
    expect(newDraft() ?? '').toBe('');
  });
});
