// @vitest-environment node

import { QueryClient } from '@tanstack/react-query';
import { beforeEach, describe, expect, test } from 'vitest';

import { type ListFilter, queryKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import {
  dropSessions,
  findListedSession,
  mergeNewestPage,
  placeSession,
  placeSessions,
  type SessionList,
  sessionsOf,
} from '@/api/sessionListCache';
import { makeSession, makeSessions } from '@/testing/sessions';

function makeList(...pages: Session[][]): SessionList {
  const isLast = (index: number) => index === pages.length - 1;
  return {
    pages: pages.map((sessions, index) => ({
      sessions,
      next_cursor: isLast(index) ? null : `after page ${index}`,
    })),
    pageParams: pages.map((_, index) => (index === 0 ? null : `after page ${index - 1}`)),
  };
}

function idsOf(list: SessionList): string[][] {
  return list.pages.map((page) => page.sessions.map((session) => session.session_id));
}

function ids(sessions: Session[]): string[] {
  return sessions.map((session) => session.session_id);
}

describe('mergeNewestPage', () => {
  test('puts a new session on top and keeps every loaded page', () => {
    const [created, ...loaded] = makeSessions(5) as [Session, ...Session[]];
    const list = makeList(loaded.slice(0, 2), loaded.slice(2));
    const fresh = { sessions: [created, ...loaded.slice(0, 1)], next_cursor: 'more' };
    expect(idsOf(mergeNewestPage(list, fresh)).flat()).toEqual(ids([created, ...loaded]));
  });

  test('moves a session that was answered out of the page below', () => {
    const loaded = makeSessions(4);
    const list = makeList(loaded.slice(0, 2), loaded.slice(2));
    const moved = { ...loaded[3], updated_at: '2026-11-20T13:00:00Z' } as Session;
    const fresh = { sessions: [moved, loaded[0] as Session], next_cursor: 'more' };
    expect(idsOf(mergeNewestPage(list, fresh)).flat()).toEqual(ids([moved, ...loaded.slice(0, 3)]));
  });

  test('drops what has been deleted within its range', () => {
    const loaded = makeSessions(4);
    const list = makeList(loaded.slice(0, 3), loaded.slice(3));
    const fresh = { sessions: [loaded[0], loaded[2]] as Session[], next_cursor: 'more' };
    expect(idsOf(mergeNewestPage(list, fresh)).flat()).toEqual(
      ids([loaded[0], loaded[2], loaded[3]] as Session[]),
    );
  });

  test('is the whole list when nothing follows it', () => {
    const loaded = makeSessions(3);
    const fresh = { sessions: loaded.slice(0, 1), next_cursor: null };
    expect(idsOf(mergeNewestPage(makeList(loaded), fresh))).toEqual([ids(loaded.slice(0, 1))]);
  });

  test('starts again at the top when nothing in common is left', () => {
    const newer = makeSessions(2);
    const list = makeList(makeSessions(2), makeSessions(2));
    const fresh = { sessions: newer, next_cursor: 'more' };
    expect(mergeNewestPage(list, fresh)).toEqual({ pages: [fresh], pageParams: [null] });
  });
});

describe('placeSession', () => {
  const NOW = '2026-11-20T23:00:00Z';
  let queryClient: QueryClient;
  beforeEach(() => {
    queryClient = new QueryClient();
  });

  function listOf(filter: ListFilter): string[] | undefined {
    const list = queryClient.getQueryData<SessionList>(queryKeys.sessionList(filter));
    return list && ids(sessionsOf(list));
  }

  test('reaches the lists a session belongs to, and no other', () => {
    const [answered, other] = [makeSession({ channel: 'telegram' }), makeSession()];
    const web = makeList([other]);
    queryClient.setQueryData(queryKeys.sessionList(null), makeList([other], [answered]));
    queryClient.setQueryData(queryKeys.sessionList('telegram'), makeList([answered]));
    queryClient.setQueryData(queryKeys.sessionList('web'), web);

    placeSession(queryClient, { ...answered, is_answering: true, updated_at: NOW });

    const all = queryClient.getQueryData<SessionList>(queryKeys.sessionList(null));
    expect(all && idsOf(all)).toEqual([ids([answered, other]), []]);
    expect(findListedSession(queryClient, answered.session_id)?.is_answering).toBe(true);
    expect(queryClient.getQueryData(queryKeys.sessionList('web'))).toBe(web);
  });

  test('puts a session where its last activity belongs', () => {
    const [first, moved, last] = makeSessions(3) as [Session, Session, Session];
    queryClient.setQueryData(queryKeys.sessionList(null), makeList([first], [last]));
    placeSession(queryClient, moved);
    expect(listOf(null)).toEqual(ids([first, moved, last]));
  });

  test('lays many changes over a list as one after the other would', () => {
    type Five = [Session, Session, Session, Session, Session];
    const [top, first, second, third, last] = makeSessions(5) as Five;
    const moved = { ...last, updated_at: NOW };
    const archived = { ...second, archived: true };
    const untouched = makeList([first], [second, third], [last]);
    queryClient.setQueryData(queryKeys.sessionList(null), untouched);
    queryClient.setQueryData(queryKeys.sessionList('archived'), makeList([]));
    queryClient.setQueryData(queryKeys.pinnedSessions(), [first, last]);

    placeSessions(queryClient, [{ ...moved, pinned: true }, archived, top]);
    expect(listOf(null)).toEqual(ids([moved, top, first, third]));
    expect(listOf('archived')).toEqual(ids([second]));
    expect(queryClient.getQueryData(queryKeys.pinnedSessions())).toEqual([
      { ...moved, pinned: true },
      first,
    ]);

    dropSessions(queryClient, ids([moved, third]));
    expect(listOf(null)).toEqual(ids([top, first]));
    expect(queryClient.getQueryData(queryKeys.pinnedSessions())).toEqual([first]);
  });

  test('leaves a session below everything that is loaded to the pages to come', () => {
    const [first, second, below] = makeSessions(3) as [Session, Session, Session];
    const more = { sessions: [first, second], next_cursor: 'more' };
    queryClient.setQueryData(queryKeys.sessionList(null), { pages: [more], pageParams: [null] });
    placeSession(queryClient, below);
    expect(listOf(null)).toEqual(ids([first, second]));
    queryClient.setQueryData(queryKeys.sessionList(null), makeList([first, second]));
    placeSession(queryClient, below);
    expect(listOf(null)).toEqual(ids([first, second, below]));
  });

  test('moves an archived session into the archive, and back on top when restored', () => {
    const [put, other] = makeSessions(2) as [Session, Session];
    queryClient.setQueryData(queryKeys.sessionList(null), makeList([put, other]));
    queryClient.setQueryData(queryKeys.sessionList('archived'), makeList([]));
    queryClient.setQueryData(queryKeys.pinnedSessions(), [{ ...put, pinned: true }]);
    placeSession(queryClient, { ...put, archived: true });
    expect([listOf(null), listOf('archived')]).toEqual([ids([other]), ids([put])]);
    expect(queryClient.getQueryData(queryKeys.pinnedSessions())).toEqual([]);
    placeSession(queryClient, { ...put, pinned: true, updated_at: NOW });
    expect([listOf(null), listOf('archived')]).toEqual([ids([put, other]), []]);
    expect(queryClient.getQueryData<Session[]>(queryKeys.pinnedSessions())).toHaveLength(1);
  });

  test('leaves a run that nobody has continued under its schedule', () => {
    const talk = makeSession();
    const run = makeSession({ channel: 'scheduled', is_folded: true, updated_at: NOW });
    queryClient.setQueryData(queryKeys.sessionList(null), makeList([talk]));
    placeSession(queryClient, run);
    expect(listOf(null)).toEqual(ids([talk]));
    placeSession(queryClient, { ...run, is_folded: false });
    expect(listOf(null)).toEqual(ids([run, talk]));
  });

  test('makes no list where none was loaded', () => {
    placeSession(queryClient, makeSession());
    expect(listOf(null)).toBeUndefined();
  });
});

test('a session that moved between two readings stands in the list once', () => {
  const [first, second] = makeSessions(2) as [Session, Session];
  expect(ids(sessionsOf(makeList([second, first], [second])))).toEqual(ids([second, first]));
});
