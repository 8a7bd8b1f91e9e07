import type { QueryClient } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { queryKeys } from '@/api/queryKeys';
import type { Session, SessionChanges } from '@/api/schema';
import { sessionFeedOptions } from '@/api/sessionFeed';
import { findListedSession, type SessionList, sessionsOf } from '@/api/sessionListCache';
import { makeMessage } from '@/testing/messages';
import { makeTestQueryClient } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { makeSession, makeSessions } from '@/testing/sessions';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));

const URL_OF_FEED = '*/api/chat/sessions/changes';
const LATER = '2026-11-20T23:00:00Z';

let queryClient: QueryClient;

beforeEach(() => {
  queryClient = makeTestQueryClient();
});

interface Asked {
  since: string | null;
  ifNoneMatch: string | null;
}

/** Answers one poll after the other; what is asked for is written down. */
function serveFeed(...answers: (Partial<SessionChanges> | 304 | 410)[]): Asked[] {
  const asked: Asked[] = [];
  server.use(
    http.get(URL_OF_FEED, ({ request }) => {
      const since = new URL(request.url).searchParams.get('since');
      asked.push({ since, ifNoneMatch: request.headers.get('If-None-Match') });
      const answer = answers.shift() ?? 304;
      if (answer === 304) return new HttpResponse(null, { status: 304 });
      if (answer === 410) {
        const problem = { code: 'cursor_expired', status: 410, detail: 'Too old.' };
        return HttpResponse.json(problem, { status: 410 });
      }
      return HttpResponse.json({
        changed: [],
        deleted: [],
        cursor: 'c1',
        has_more: false,
        ...answer,
      });
    }),
  );
  return asked;
}

const poll = () => queryClient.query({ ...sessionFeedOptions(queryClient), staleTime: 0 });

function load(filter: null | 'archived', sessions: Session[]): void {
  queryClient.setQueryData<SessionList>(queryKeys.sessionList(filter), {
    pages: [{ sessions, next_cursor: null }],
    pageParams: [null],
  });
}

function titles(filter: null | 'archived' = null): (string | null)[] {
  const list = queryClient.getQueryData<SessionList>(queryKeys.sessionList(filter));
  return list ? sessionsOf(list).map(({ title }) => title) : [];
}

describe('the feed', () => {
  test('begins at the present, and asks from its cursor on', async () => {
    const asked = serveFeed({ cursor: 'c0' }, { cursor: 'c1' }, 304);
    expect([await poll(), await poll(), await poll()]).toEqual(['c0', 'c1', 'c1']);
    expect(asked).toEqual([
      { since: null, ifNoneMatch: null },
      { since: 'c0', ifNoneMatch: '"c0"' },
      { since: 'c1', ifNoneMatch: '"c1"' },
    ]);
  });

  test('lays every change over the lists, page after page', async () => {
    const [first, second, third] = makeSessions(3) as [Session, Session, Session];
    load(null, [first, second, third]);
    load('archived', []);
    const renamed = { ...second, title: 'Renamed', version: 2, updated_at: LATER };
    const archived = { ...first, title: 'Put away', version: 2, archived: true };
    const made = makeSession({ title: 'From Telegram', channel: 'telegram', updated_at: LATER });
    serveFeed(
      { cursor: 'c0' },
      { changed: [renamed, archived], cursor: 'c1', has_more: true },
      { changed: [made], deleted: [third.session_id], cursor: 'c2' },
    );
    await poll();
    expect(await poll()).toBe('c2');
    expect(titles()).toEqual(['From Telegram', 'Renamed']);
    expect(titles('archived')).toEqual(['Put away']);
    expect(queryClient.getQueryData(queryKeys.deletedSessions())).toEqual([third.session_id]);
  });

  test('leaves alone what is newer than its answer', async () => {
    const session = makeSession({ title: 'Mine', version: 3 });
    load(null, [session]);
    serveFeed({ cursor: 'c0' }, { changed: [{ ...session, title: 'Theirs', version: 2 }] });
    await poll();
    await poll();
    expect(findListedSession(queryClient, session.session_id)?.title).toBe('Mine');
  });

  test('shows a session that was deleted and put back, whatever is still known of the old one', async () => {
    const old = makeSession({ title: 'Before', version: 9 });
    queryClient.setQueryData(queryKeys.session(old.session_id), old);
    load(null, [old]);
    const back = { ...makeSession({ title: 'Back', version: 2 }), session_id: old.session_id };
    serveFeed({ cursor: 'c0' }, { deleted: [old.session_id] }, { changed: [back] });
    await poll();
    await poll();
    expect(titles()).toEqual([]);
    await poll();
    expect(titles()).toEqual(['Back']);
    expect(queryClient.getQueryData(queryKeys.deletedSessions())).toEqual([]);
    expect(queryClient.getQueryData(queryKeys.session(old.session_id))).toEqual(back);
  });

  test('has the messages of an opened session read again when it moved, and only then', async () => {
    const [moved, known, switched] = makeSessions(3).map((session): Session => {
      return { ...session, head_message_id: 7 };
    }) as [Session, Session, Session];
    for (const session of [moved, known, switched]) {
      // What `switched` was told of by something else than the feed, its messages were not.
      const messages = [makeMessage({ id: session === switched ? 9 : 7 })];
      queryClient.setQueryData(queryKeys.session(session.session_id), session);
      queryClient.setQueryData(queryKeys.messages(session.session_id), { messages });
      queryClient.setQueryData(queryKeys.newestMessages(session.session_id), null);
    }
    serveFeed({ cursor: 'c0' }, { changed: [{ ...moved, version: 2 }, known, switched] });
    await poll();
    await poll();
    const isStale = ({ session_id: id }: Session) =>
      queryClient.getQueryState(queryKeys.newestMessages(id))?.isInvalidated;
    expect([moved, known, switched].map(isStale)).toEqual([true, false, true]);
  });

  test('waits for a page that is being loaded, which would undo its changes', async () => {
    const [shown, below] = makeSessions(2) as [Session, Session];
    load(null, [shown]);
    const page = Promise.withResolvers<SessionList>();
    const loading = queryClient.query({
      queryKey: queryKeys.sessionList(null),
      queryFn: () => page.promise,
      staleTime: 0,
    });
    serveFeed({ cursor: 'c0' }, { changed: [{ ...shown, title: 'Renamed', version: 2 }] });
    await poll();
    const polled = poll();
    const pages = [{ sessions: [shown, below], next_cursor: null }];
    page.resolve({ pages, pageParams: [null] });
    await Promise.all([loading, polled]);
    expect(titles()).toEqual(['Renamed', below.title]);
  });

  test('loads everything afresh when it has been away for too long', async () => {
    const session = makeSession();
    load(null, [session]);
    queryClient.setQueryData(queryKeys.session(session.session_id), session);
    const asked = serveFeed({ cursor: 'old' }, 410, { cursor: 'new' }, 304);
    await poll();
    expect([await poll(), await poll()]).toEqual(['new', 'new']);
    expect(asked.map(({ since }) => since)).toEqual([null, 'old', null, 'new']);
    // Nobody looks at them: they are read again when somebody does.
    expect(queryClient.getQueryData(queryKeys.sessionList(null))).toBeUndefined();
    expect(queryClient.getQueryData(queryKeys.session(session.session_id))).toBeUndefined();
  });
});
