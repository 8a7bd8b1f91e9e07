import { QueryClient } from '@tanstack/react-query';
import { describe, expect, test } from 'vitest';

import { queryKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import {
  findListedSession,
  mergeNewestPage,
  placeSessionOnTop,
  type SessionList,
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

describe('placeSessionOnTop', () => {
  test('reaches the lists of all channels and of its own, and no other', () => {
    const queryClient = new QueryClient();
    const [answered, other] = [makeSession({ channel: 'telegram' }), makeSession()];
    const web = makeList([other]);
    queryClient.setQueryData(queryKeys.sessionList(null), makeList([other], [answered]));
    queryClient.setQueryData(queryKeys.sessionList('telegram'), makeList([answered]));
    queryClient.setQueryData(queryKeys.sessionList('web'), web);

    placeSessionOnTop(queryClient, { ...answered, is_answering: true });

    const all = queryClient.getQueryData<SessionList>(queryKeys.sessionList(null));
    expect(all && idsOf(all)).toEqual([ids([answered, other]), []]);
    expect(findListedSession(queryClient, answered.session_id)?.is_answering).toBe(true);
    expect(queryClient.getQueryData(queryKeys.sessionList('web'))).toBe(web);
  });

  test('leaves a run that nobody has continued under its schedule', () => {
    const queryClient = new QueryClient();
    const talk = makeSession();
    const run = makeSession({ channel: 'scheduled', is_folded: true });
    queryClient.setQueryData(queryKeys.sessionList(null), makeList([talk]));
    placeSessionOnTop(queryClient, run);
    const listed = () => queryClient.getQueryData<SessionList>(queryKeys.sessionList(null));
    expect(idsOf(listed() ?? makeList())).toEqual([ids([talk])]);
    placeSessionOnTop(queryClient, { ...run, is_folded: false });
    expect(idsOf(listed() ?? makeList())).toEqual([ids([run, talk])]);
  });

  test('makes no list where none was loaded', () => {
    const queryClient = new QueryClient();
    placeSessionOnTop(queryClient, makeSession());
    expect(queryClient.getQueryData(queryKeys.sessionList(null))).toBeUndefined();
  });
});
