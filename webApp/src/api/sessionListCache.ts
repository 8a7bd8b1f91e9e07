import type { InfiniteData, QueryClient } from '@tanstack/react-query';

import { type ListFilter, queryKeys } from '@/api/queryKeys';
import type { Session, SessionPage } from '@/api/schema';

export type SessionList = InfiniteData<SessionPage, string | null>;

/** Several parts of the app want the same thousands of sessions in one array. */
const flattened = new WeakMap<SessionPage[], Session[]>();

/** Every loaded session in order; one that has moved between two readings stands once. */
export function sessionsOf({ pages }: SessionList): Session[] {
  const known = flattened.get(pages);
  if (known) return known;
  const seen = new Set<string>();
  const sessions = pages
    .flatMap((page) => page.sessions)
    .filter(({ session_id: id }) => !seen.has(id) && seen.add(id));
  flattened.set(pages, sessions);
  return sessions;
}

/** True for a session that a list shows. Runs nobody has continued stand under their schedule. */
export function isListed(session: Session, filter: ListFilter): boolean {
  if (filter === 'archived') return session.archived;
  const isOfChannel = filter === null || session.channel === filter;
  return isOfChannel && !session.archived && !session.is_folded;
}

/** Where a session belongs among others by its last activity; -1 below all of them. */
export function placeByActivity(sessions: readonly Session[], session: Session): number {
  const at = Date.parse(session.updated_at);
  return sessions.findIndex((other) => Date.parse(other.updated_at) <= at);
}

/**
 * Lays a freshly read first page over a loaded list, so that a poll costs one page however far the
 * list was scrolled. Within its range the fresh page is right; below it the loaded rows stay. With
 * no row in common too much has happened, and the list starts again at its top.
 */
export function mergeNewestPage(list: SessionList, fresh: SessionPage): SessionList {
  const last = fresh.sessions.at(-1);
  const freshIds = new Set(fresh.sessions.map((session) => session.session_id));
  const isOverlapping = list.pages.some((page) =>
    page.sessions.some((session) => freshIds.has(session.session_id)),
  );
  if (fresh.next_cursor === null || !last || !isOverlapping) {
    return { pages: [fresh], pageParams: [null] };
  }
  const end = Date.parse(last.updated_at);
  const pages = list.pages.map((page, index) => {
    const below = page.sessions.filter(
      (session) => !freshIds.has(session.session_id) && Date.parse(session.updated_at) <= end,
    );
    return { ...page, sessions: index === 0 ? [...fresh.sessions, ...below] : below };
  });
  return { ...list, pages };
}

/**
 * Puts a session as the server knows it into every loaded list it belongs to, at its place, and out
 * of the others.
 */
export function placeSession(queryClient: QueryClient, session: Session): void {
  placeSessions(queryClient, [session]);
}

/** The same for many, in one pass over each list: hundreds may change at once among thousands. */
export function placeSessions(queryClient: QueryClient, sessions: readonly Session[]): void {
  if (sessions.length === 0) return;
  dropStaleReadings(queryClient);
  const changed = new Map(sessions.map((session) => [session.session_id, session]));
  for (const [key, list] of readLists(queryClient)) {
    const filter = key.at(-1) as ListFilter;
    const listed = sessions.filter((session) => isListed(session, filter));
    queryClient.setQueryData(key, withSessions(withoutSessions(list, changed), listed));
  }
  queryClient.setQueryData<Session[]>(queryKeys.pinnedSessions(), (pinned) => {
    if (!pinned) return undefined;
    const others = pinned.filter((other) => !changed.has(other.session_id));
    return sessions
      .filter((session) => session.pinned && isListed(session, null))
      .reduce<Session[]>(insertByActivity, others);
  });
  queryClient.setQueriesData<SessionPage>(
    { queryKey: queryKeys.scheduleSessionLists() },
    (page) => {
      const replace = (other: Session) => changed.get(other.session_id) ?? other;
      return page && { ...page, sessions: page.sessions.map(replace) };
    },
  );
}

/** Takes a session that is no more out of every list. */
export function dropSession(queryClient: QueryClient, sessionId: string): void {
  dropSessions(queryClient, [sessionId]);
}

export function dropSessions(queryClient: QueryClient, sessionIds: readonly string[]): void {
  if (sessionIds.length === 0) return;
  dropStaleReadings(queryClient);
  const gone = new Set(sessionIds);
  const isOther = (session: Session) => !gone.has(session.session_id);
  for (const [key, list] of readLists(queryClient)) {
    queryClient.setQueryData(key, withoutSessions(list, gone));
  }
  queryClient.setQueryData<Session[]>(queryKeys.pinnedSessions(), (pinned) =>
    pinned?.filter(isOther),
  );
  queryClient.setQueriesData<SessionPage>(
    { queryKey: queryKeys.scheduleSessionLists() },
    (page) => page && { ...page, sessions: page.sessions.filter(isOther) },
  );
}

/** The row of a session in any loaded list, or under any unfolded schedule. */
export function findListedSession(
  queryClient: QueryClient,
  sessionId: string,
): Session | undefined {
  return findListedSessions(queryClient, [sessionId]).get(sessionId);
}

function findListedSessions(
  queryClient: QueryClient,
  sessionIds: readonly string[],
): Map<string, Session> {
  const wanted = new Set(sessionIds);
  const found = new Map<string, Session>();
  const take = (sessions: readonly Session[] = []) => {
    for (const session of sessions) {
      const { session_id: id } = session;
      if (wanted.has(id) && !found.has(id)) found.set(id, session);
    }
  };
  for (const [, list] of readLists(queryClient)) take(sessionsOf(list));
  take(queryClient.getQueryData<Session[]>(queryKeys.pinnedSessions()));
  const unfolded = queryClient.getQueriesData<SessionPage>({
    queryKey: queryKeys.scheduleSessionLists(),
  });
  for (const [, page] of unfolded) take(page?.sessions);
  return found;
}

/** What is known of sessions, by their ids: of each as `findSession` would tell. */
export function findSessions(
  queryClient: QueryClient,
  sessionIds: readonly string[],
): Map<string, Session> {
  const found = findListedSessions(queryClient, sessionIds);
  for (const id of sessionIds) {
    const opened = queryClient.getQueryData<Session>(queryKeys.session(id));
    if (opened) found.set(id, opened);
  }
  return found;
}

/** What is known of a session: its own reading when it was opened, else its row. */
export function findSession(queryClient: QueryClient, sessionId: string): Session | undefined {
  return (
    queryClient.getQueryData<Session>(queryKeys.session(sessionId)) ??
    findListedSession(queryClient, sessionId)
  );
}

/** True when more is known of the session already; one that was put back under its id begins anew. */
export function isOutdated(session: Session, known: Session): boolean {
  return known.chat_id === session.chat_id && known.version > session.version;
}

/** A reading that is on its way was answered before, and would take a change away again. */
function dropStaleReadings(queryClient: QueryClient): void {
  void queryClient.cancelQueries({ queryKey: queryKeys.newestSessionLists() });
}

function readLists(queryClient: QueryClient): [readonly unknown[], SessionList][] {
  return queryClient
    .getQueriesData<SessionList>({ queryKey: queryKeys.sessionLists() })
    .flatMap(([key, list]) => (list ? [[key, list] as [readonly unknown[], SessionList]] : []));
}

function withSessions(list: SessionList, sessions: readonly Session[]): SessionList {
  const pages = [...list.pages];
  for (const session of sessions) {
    const at = Date.parse(session.updated_at);
    const index = pages.findIndex(({ sessions: rows }) => {
      const last = rows.at(-1);
      return last !== undefined && Date.parse(last.updated_at) <= at;
    });
    // Below everything that is loaded it comes with the pages to come, or it is the end.
    const isEnd = index === -1 && pages.at(-1)?.next_cursor === null;
    const isAlone = pages.every((page) => page.sessions.length === 0);
    const target = index !== -1 ? index : isEnd || isAlone ? pages.length - 1 : -1;
    const page = pages[target];
    if (page) pages[target] = { ...page, sessions: insertByActivity(page.sessions, session) };
  }
  return { ...list, pages };
}

function insertByActivity(sessions: readonly Session[], session: Session): Session[] {
  const place = placeByActivity(sessions, session);
  return sessions.toSpliced(place === -1 ? sessions.length : place, 0, session);
}

/** Pages that held none of them stay the same ones. */
function withoutSessions(list: SessionList, ids: { has: (id: string) => boolean }): SessionList {
  const isGone = (session: Session) => ids.has(session.session_id);
  const pages = list.pages.map((page) =>
    page.sessions.some(isGone)
      ? { ...page, sessions: page.sessions.filter((session) => !isGone(session)) }
      : page,
  );
  return { ...list, pages };
}
