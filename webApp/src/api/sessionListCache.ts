import type { InfiniteData, QueryClient } from '@tanstack/react-query';

import { queryKeys } from '@/api/queryKeys';
import type { Channel, Session, SessionPage } from '@/api/schema';

export type SessionList = InfiniteData<SessionPage, string | null>;

/** Every loaded session in order. */
export function sessionsOf({ pages }: SessionList): Session[] {
  return pages.flatMap((page) => page.sessions);
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

/** Puts a session the server has just answered with at the top of every list it belongs to. */
export function placeSessionOnTop(queryClient: QueryClient, session: Session): void {
  const channels: (Channel | null)[] = [null, session.channel];
  // A poll that is on its way was answered before, and would take the session away again.
  void queryClient.cancelQueries({ queryKey: queryKeys.newestSessionLists() });
  // A run that nobody has continued belongs to its schedule's row, not to the list.
  if (session.is_folded) return;
  for (const channel of channels) {
    queryClient.setQueryData<SessionList>(queryKeys.sessionList(channel), (list) =>
      list ? withSessionOnTop(list, session) : undefined,
    );
  }
}

function withSessionOnTop(list: SessionList, session: Session): SessionList {
  const pages = list.pages.map((page, index) => {
    const others = page.sessions.filter((other) => other.session_id !== session.session_id);
    return { ...page, sessions: index === 0 ? [session, ...others] : others };
  });
  return { ...list, pages };
}

/** The row of a session in any loaded list, or under any unfolded schedule. */
export function findListedSession(queryClient: QueryClient, sessionId: string) {
  const listed = queryClient
    .getQueriesData<SessionList>({ queryKey: queryKeys.sessionLists() })
    .flatMap(([, list]) => (list ? sessionsOf(list) : []));
  const unfolded = queryClient
    .getQueriesData<SessionPage>({ queryKey: queryKeys.scheduleSessionLists() })
    .flatMap(([, page]) => page?.sessions ?? []);
  return [...listed, ...unfolded].find((session) => session.session_id === sessionId);
}
