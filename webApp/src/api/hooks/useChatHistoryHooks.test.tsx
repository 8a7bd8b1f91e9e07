import { act, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import {
  useChatMessages,
  useChatSession,
  useChatSessions,
  useCreateSession,
  useSessionCounts,
} from '@/api/hooks/useChatHistoryHooks';
import { queryKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import { CONFIG } from '@/testing/auth';
import { makeMessage } from '@/testing/messages';
import { renderHookWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { makeSession, makeSessions } from '@/testing/sessions';

const COUNTS = { all: 3, web: 1, telegram: 1, scheduled: 1, limit: 1000 };

/** Serves pages of two; what is asked for is written down. */
function servePages(sessions: Session[]): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/api/chat/sessions', ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const start = Number(query.get('cursor') ?? 0);
      const next = start + 2 < sessions.length ? String(start + 2) : null;
      return HttpResponse.json({ sessions: sessions.slice(start, start + 2), next_cursor: next });
    }),
  );
  return asked;
}

function titlesOf(sessions: Session[] | undefined): (string | null)[] | undefined {
  return sessions?.map((session) => session.title);
}

beforeEach(() => void startAuthClient(CONFIG));

describe('useChatSessions', () => {
  test('reads page after page by the cursor into one list', async () => {
    const sessions = makeSessions(5);
    const asked = servePages(sessions);
    const { result } = renderHookWithQueries(() => useChatSessions());
    await waitFor(() => expect(result.current.data).toHaveLength(2));
    await act(() => result.current.fetchNextPage());
    await act(() => result.current.fetchNextPage());
    await waitFor(() => expect(titlesOf(result.current.data)).toEqual(titlesOf(sessions)));
    expect(result.current.hasNextPage).toBe(false);
    expect(asked.map((query) => query.get('cursor'))).toContain('4');
    expect(asked[0]?.has('channel')).toBe(false);
  });

  test('reads the list anew when it does not lead on from where it was', async () => {
    const sessions = makeSessions(5);
    const asked = servePages(sessions);
    const refuse = () =>
      HttpResponse.json(
        {
          type: 'about:blank',
          title: 'Invalid cursor',
          status: 400,
          code: 'invalid_cursor',
          detail: '',
        },
        { status: 400 },
      );
    const { result } = renderHookWithQueries(() => useChatSessions());
    await waitFor(() => expect(result.current.data).toHaveLength(2));
    server.use(http.get('*/api/chat/sessions', refuse, { once: true }));
    await act(() => result.current.fetchNextPage());
    await waitFor(() => expect(result.current.isFetchingNextPage).toBe(false));
    expect(result.current.isFetchNextPageError).toBe(false);
    expect(asked.map((query) => query.get('cursor'))).toEqual([null, null]);
    await act(() => result.current.fetchNextPage());
    await waitFor(() => expect(result.current.data).toHaveLength(4));

    // A server of another release may refuse it again.
    server.use(http.get('*/api/chat/sessions', refuse));
    await act(() => result.current.fetchNextPage());
    await waitFor(() => expect(result.current.isFetchNextPageError).toBe(true));
    expect(result.current.data).toHaveLength(4);
    servePages(sessions);
    await act(() => result.current.fetchNextPage());
    await waitFor(() => expect(result.current.isFetchNextPageError).toBe(false));
    await act(() => result.current.fetchNextPage());
    await waitFor(() => expect(titlesOf(result.current.data)).toEqual(titlesOf(sessions)));
  });

  test('asks for one channel by its name', async () => {
    const asked = servePages(makeSessions(1, { channel: 'telegram' }));
    const { result } = renderHookWithQueries(() => useChatSessions('telegram'));
    await waitFor(() => expect(result.current.data).toHaveLength(1));
    expect(asked[0]?.get('channel')).toBe('telegram');
  });
});

describe('useChatMessages', () => {
  test('puts the page above in front, oldest first', async () => {
    const asked: (string | null)[] = [];
    server.use(
      http.get('*/api/chat/sessions/:id/messages', ({ request }) => {
        const before = new URL(request.url).searchParams.get('before_id');
        asked.push(before);
        const messages = before === null ? [3, 4] : [1, 2];
        return HttpResponse.json({
          messages: messages.map((id) => makeMessage({ id })),
          has_more: before === null,
          next_before_id: before === null ? 3 : null,
        });
      }),
    );
    const { result } = renderHookWithQueries(() => useChatMessages('session-1'));
    await waitFor(() => expect(result.current.data?.map(({ id }) => id)).toEqual([3, 4]));
    await act(() => result.current.fetchNextPage());
    await waitFor(() => expect(result.current.data?.map(({ id }) => id)).toEqual([1, 2, 3, 4]));
    expect(asked).toEqual([null, '3']);
    expect(result.current.hasNextPage).toBe(false);
  });
});

test('useChatSession shows the row of the list until its own answer has come', async () => {
  const row = makeSession({ title: 'As listed' });
  servePages([row]);
  const answer = Promise.withResolvers<undefined>();
  server.use(
    http.get('*/api/chat/sessions/none', () => new HttpResponse(null, { status: 404 })),
    http.get(`*/api/chat/sessions/${row.session_id}`, async () => {
      await answer.promise;
      return HttpResponse.json({ ...row, title: 'As answered', messages: [], has_more: false });
    }),
  );
  const { result } = renderHookWithQueries(() => {
    const list = useChatSessions();
    return { list, session: useChatSession(list.data ? row.session_id : 'none') };
  });
  await waitFor(() => expect(result.current.session.data?.title).toBe('As listed'));
  answer.resolve(undefined);
  await waitFor(() => expect(result.current.session.data?.title).toBe('As answered'));
});

test('useSessionCounts reads the counts of all channels', async () => {
  server.use(http.get('*/api/chat/sessions/counts', () => HttpResponse.json(COUNTS)));
  const { result } = renderHookWithQueries(() => useSessionCounts());
  await waitFor(() => expect(result.current.data).toEqual(COUNTS));
});

test('useCreateSession puts the new session on top, whatever an older poll still answers', async () => {
  const sessions = makeSessions(1);
  servePages(sessions);
  server.use(
    http.post('*/api/chat/sessions', async ({ request }) => {
      const { session_id: id } = (await request.json()) as { session_id: string };
      const updatedAt = '2026-11-20T12:30:00Z';
      return HttpResponse.json(
        makeSession({ session_id: id, title: null, updated_at: updatedAt }),
        { status: 201 },
      );
    }),
  );
  const { result, queryClient } = renderHookWithQueries(() => ({
    list: useChatSessions(),
    create: useCreateSession(),
  }));
  await waitFor(() => expect(result.current.list.data).toHaveLength(1));
  const answer = Promise.withResolvers<undefined>();
  server.use(
    http.get('*/api/chat/sessions', async () => {
      await answer.promise;
      return HttpResponse.json({ sessions, next_cursor: null });
    }),
  );
  const poll = queryClient.refetchQueries({ queryKey: queryKeys.newestSessionLists() });
  await act(() => result.current.create.mutateAsync({ session_id: 'mine' }));
  answer.resolve(undefined);
  await act(() => poll);
  expect(result.current.list.data?.map((session) => session.session_id)).toEqual([
    'mine',
    sessions[0]?.session_id,
  ]);
});
