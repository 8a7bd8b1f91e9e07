import type { QueryClient } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';
import { apiClient } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import { findListedSession, placeSessionOnTop, type SessionList } from '@/api/sessionListCache';

/** What its user changes about a session. */
export interface SessionChange {
  title?: string;
  pinned?: boolean;
  archived?: boolean;
}

/** Lays a change over every loaded copy of a session, and returns what takes it back. */
export function patchSession(
  queryClient: QueryClient,
  sessionId: string,
  change: SessionChange,
): () => void {
  // A reading that is on its way was answered before, and would take the change away again.
  void queryClient.cancelQueries({ queryKey: queryKeys.newestSessionLists() });
  const before = queryClient.getQueriesData<SessionList>({ queryKey: queryKeys.sessionLists() });
  const known = queryClient.getQueryData<Session>(queryKeys.session(sessionId));
  replaceSession(queryClient, sessionId, (session) => ({ ...session, ...change }));
  if (change.archived !== undefined) dropListedSession(queryClient, sessionId);
  return () => {
    // Only this session's rows: others may have changed meanwhile.
    const old = known ?? rowOf(before, sessionId);
    if (change.archived === undefined && old) {
      replaceSession(queryClient, sessionId, () => old);
    } else {
      for (const [key, list] of before) queryClient.setQueryData(key, list);
    }
  };
}

/** Takes over what the server made of a change. */
export function placeChangedSession(queryClient: QueryClient, session: Session): void {
  queryClient.setQueryData(queryKeys.session(session.session_id), session);
  if (findListedSession(queryClient, session.session_id)) {
    replaceSession(queryClient, session.session_id, () => session);
  } else if (!session.archived) {
    placeSessionOnTop(queryClient, session);
  }
  void queryClient.invalidateQueries({ queryKey: queryKeys.pinnedSessions() });
  void queryClient.invalidateQueries({ queryKey: queryKeys.sessionList('archived') });
  void queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
}

/** Deletes a session; one that is gone already counts as deleted. */
export async function deleteSession(queryClient: QueryClient, sessionId: string): Promise<void> {
  try {
    const params = { path: { session_id: sessionId } };
    // It may be asked for as the page is being left.
    await apiClient.DELETE('/api/chat/sessions/{session_id}', { params, keepalive: true });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'session_not_found')) throw error;
  }
  await queryClient.cancelQueries({ queryKey: queryKeys.newestSessionLists() });
  dropListedSession(queryClient, sessionId);
  queryClient.removeQueries({ queryKey: queryKeys.session(sessionId) });
  void queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
}

function replaceSession(
  queryClient: QueryClient,
  sessionId: string,
  change: (session: Session) => Session,
): void {
  const changed = (session: Session) =>
    session.session_id === sessionId ? change(session) : session;
  queryClient.setQueriesData<SessionList>({ queryKey: queryKeys.sessionLists() }, (list) =>
    list ? withSessions(list, (sessions) => sessions.map(changed)) : undefined,
  );
  queryClient.setQueryData<Session[]>(queryKeys.pinnedSessions(), (pinned) => pinned?.map(changed));
  queryClient.setQueryData<Session>(queryKeys.session(sessionId), (known) =>
    known ? change(known) : undefined,
  );
}

function dropListedSession(queryClient: QueryClient, sessionId: string): void {
  const isOther = (session: Session) => session.session_id !== sessionId;
  queryClient.setQueriesData<SessionList>({ queryKey: queryKeys.sessionLists() }, (list) =>
    list ? withSessions(list, (sessions) => sessions.filter(isOther)) : undefined,
  );
  queryClient.setQueryData<Session[]>(queryKeys.pinnedSessions(), (pinned) =>
    pinned?.filter(isOther),
  );
}

function withSessions(list: SessionList, change: (sessions: Session[]) => Session[]): SessionList {
  return {
    ...list,
    pages: list.pages.map((page) => ({ ...page, sessions: change(page.sessions) })),
  };
}

function rowOf(
  lists: ReturnType<typeof QueryClient.prototype.getQueriesData<SessionList>>,
  sessionId: string,
): Session | undefined {
  return lists
    .flatMap(([, list]) => list?.pages.flatMap((page) => page.sessions) ?? [])
    .find((session) => session.session_id === sessionId);
}
