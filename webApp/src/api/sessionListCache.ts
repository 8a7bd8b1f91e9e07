import type { InfiniteData, QueryClient } from '@tanstack/react-query';

import { type ListFilter, queryKeys } from '@/api/queryKeys';
import type { Session, SessionPage } from '@/api/schema';

export type SessionList = InfiniteData<SessionPage, string | null>;

/** Every loaded session in order; one that has moved between two readings stands once. */
export function sessionsOf({ pages }: SessionList): Session[] {
  const seen = new Set<string>();
  return pages
    .flatMap((page) => page.sessions)
    .filter(({ session_id: id }) => !seen.has(id) && seen.add(id));
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
  dropStaleReadings(queryClient);
  for (const [key, list] of readLists(queryClient)) {
    const filter = key.at(-1) as ListFilter;
    queryClient.setQueryData(key, withSession(list, session, isListed(session, filter)));
  }
  queryClient.setQueryData<Session[]>(queryKeys.pinnedSessions(), (pinned) => {
    if (!pinned) return undefined;
    const others = pinned.filter((other) => other.session_id !== session.session_id);
    if (!session.pinned || !isListed(session, null)) return others;
    const place = placeByActivity(others, session);
    return others.toSpliced(place === -1 ? others.length : place, 0, session);
  });
  queryClient.setQueriesData<SessionPage>(
    { queryKey: queryKeys.scheduleSessionLists() },
    (page) => page && { ...page, sessions: page.sessions.map(replaceWith(session)) },
  );
}

/** Takes a session that is no more out of every list. */
export function dropSession(queryClient: QueryClient, sessionId: string): void {
  dropStaleReadings(queryClient);
  const isOther = (session: Session) => session.session_id !== sessionId;
  for (const [key, list] of readLists(queryClient)) {
    queryClient.setQueryData(key, withoutSession(list, sessionId));
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
  const listed = readLists(queryClient).flatMap(([, list]) => sessionsOf(list));
  const pinned = queryClient.getQueryData<Session[]>(queryKeys.pinnedSessions()) ?? [];
  const unfolded = queryClient
    .getQueriesData<SessionPage>({ queryKey: queryKeys.scheduleSessionLists() })
    .flatMap(([, page]) => page?.sessions ?? []);
  return [...listed, ...pinned, ...unfolded].find(({ session_id: id }) => id === sessionId);
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

function withSession(list: SessionList, session: Session, belongs: boolean): SessionList {
  const { pages, ...rest } = withoutSession(list, session.session_id);
  if (!belongs) return { pages, ...rest };
  const index = pages.findIndex((page) => placeByActivity(page.sessions, session) !== -1);
  // Below everything that is loaded it comes with the pages to come, or it is the end.
  const isEnd = index === -1 && pages.at(-1)?.next_cursor === null;
  const isAlone = pages.every((page) => page.sessions.length === 0);
  const target = index !== -1 ? index : isEnd || isAlone ? pages.length - 1 : -1;
  return {
    ...rest,
    pages: pages.map((page, at) => {
      if (at !== target) return page;
      const place = placeByActivity(page.sessions, session);
      const end = page.sessions.length;
      return { ...page, sessions: page.sessions.toSpliced(place === -1 ? end : place, 0, session) };
    }),
  };
}

function withoutSession(list: SessionList, sessionId: string): SessionList {
  const isOther = (session: Session) => session.session_id !== sessionId;
  if (list.pages.every((page) => page.sessions.every(isOther))) return list;
  const pages = list.pages.map((page) => ({ ...page, sessions: page.sessions.filter(isOther) }));
  return { ...list, pages };
}

function replaceWith(session: Session) {
  return (other: Session) => (other.session_id === session.session_id ? session : other);
}
