import {
  notifyManager,
  onlineManager,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';

import { isCursorRefused } from '@/api/apiError';
import { apiClient, dataOf } from '@/api/client';
import { leadsFeed } from '@/api/feedLeader';
import { queryKeys } from '@/api/queryKeys';
import type { MessagePage, Session, SessionChanges } from '@/api/schema';
import { dropSessions, findSessions, isOutdated, placeSessions } from '@/api/sessionListCache';

const POLL_MS = 2_500;
const LARGEST_PAGE_SIZE = 200;
const NONE: readonly string[] = [];

/**
 * What other devices change, laid over everything that is loaded. Its data is the cursor up to which
 * that is done. A poll without news costs a 304.
 */
export function sessionFeedOptions(queryClient: QueryClient) {
  return queryOptions({
    queryKey: queryKeys.sessionFeed(),
    queryFn: async ({ client, signal }): Promise<string> => {
      const cursor = client.getQueryData<string>(queryKeys.sessionFeed());
      if (cursor === undefined) return fetchPresentCursor(signal);
      try {
        return await followChanges(client, cursor, signal);
      } catch (error) {
        if (!isCursorRefused(error)) throw error;
        return await loadAfresh(client, signal);
      }
    },
    staleTime: POLL_MS,
    refetchInterval: () => (onlineManager.isOnline() && leadsFeed(queryClient) ? POLL_MS : false),
    refetchOnMount: 'always',
    refetchOnWindowFocus: 'always',
    refetchOnReconnect: 'always',
    retry: false,
  });
}

/** The sessions that the feed has told to be no more. */
export function deletedSessionsOptions() {
  return queryOptions({
    queryKey: queryKeys.deletedSessions(),
    queryFn: () => NONE,
    initialData: NONE,
    staleTime: 'static',
    gcTime: Infinity,
  });
}

/** What is loaded from now on misses no change: the feed is read from a cursor made before it. */
export async function beginFeed(queryClient: QueryClient): Promise<void> {
  await queryClient.query({ ...sessionFeedOptions(queryClient), staleTime: 'static' });
}

async function fetchPresentCursor(signal: AbortSignal): Promise<string> {
  const answer = await apiClient.GET('/api/chat/sessions/changes', { signal });
  return dataOf(answer).cursor;
}

/** Lays every change after a cursor over what is loaded; returns the cursor behind them. */
async function followChanges(
  queryClient: QueryClient,
  since: string,
  signal: AbortSignal,
): Promise<string> {
  let cursor = since;
  for (;;) {
    const changes = await fetchChanges(cursor, signal);
    if (changes === null) return cursor;
    await settleLists(queryClient);
    signal.throwIfAborted();
    applyChanges(queryClient, changes);
    cursor = changes.cursor;
    if (!changes.has_more) return cursor;
  }
}

/** Null when nothing has changed. */
async function fetchChanges(cursor: string, signal: AbortSignal): Promise<SessionChanges | null> {
  const query = { since: cursor, limit: LARGEST_PAGE_SIZE };
  const header = { 'if-none-match': `"${cursor}"` };
  const { data, response } = await apiClient.GET('/api/chat/sessions/changes', {
    params: { query, header },
    signal,
  });
  return response.status === 304 ? null : dataOf({ ...(data && { data }) });
}

/** A page that is being loaded is added to the list as it was when that began. */
async function settleLists(queryClient: QueryClient): Promise<void> {
  const loading = queryClient
    .getQueryCache()
    .findAll({ queryKey: queryKeys.sessionLists(), fetchStatus: 'fetching' });
  await Promise.allSettled(loading.flatMap(({ promise }) => (promise ? [promise] : [])));
}

/** Brings everything that is loaded up to date with these changes. */
export function applyChanges(queryClient: QueryClient, changes: SessionChanges): void {
  const { changed, deleted } = changes;
  notifyManager.batch(() => {
    const known = findSessions(queryClient, changed.map(idOf));
    const news = changed.filter((session) => {
      const before = known.get(session.session_id);
      return before === undefined || !isOutdated(session, before);
    });
    placeSessions(queryClient, news);
    unmarkDeleted(queryClient, news.map(idOf));
    for (const session of news) renewOpened(queryClient, session);
    dropSessions(queryClient, deleted);
    if (deleted.length > 0) markDeleted(queryClient, deleted);
    if (deleted.length > 0 || news.some((session) => hasMoved(session, known))) {
      void queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
    }
  });
}

function idOf(session: Session): string {
  return session.session_id;
}

/** True when the session has come to a list or left one. */
function hasMoved(session: Session, known: ReadonlyMap<string, Session>): boolean {
  const before = known.get(session.session_id);
  return before?.archived !== session.archived || before.is_folded !== session.is_folded;
}

function renewOpened(queryClient: QueryClient, session: Session): void {
  const { session_id: sessionId } = session;
  const opened = queryClient.getQueryData<Session>(queryKeys.session(sessionId));
  if (opened) queryClient.setQueryData<Session>(queryKeys.session(sessionId), session);
  const isKnown = opened?.version === session.version && opened.chat_id === session.chat_id;
  if (!isKnown || !showsItsHead(queryClient, session)) {
    void queryClient.invalidateQueries({ queryKey: queryKeys.newestMessages(sessionId) });
  }
}

/** An ended answer, for one, brings its session as it is then: without what others wrote to it. */
function showsItsHead(queryClient: QueryClient, session: Session): boolean {
  const key = queryKeys.messages(session.session_id);
  const loaded = queryClient.getQueryData<MessagePage>(key);
  return !loaded || (loaded.messages.at(-1)?.id ?? null) === session.head_message_id;
}

function markDeleted(queryClient: QueryClient, sessionIds: readonly string[]): void {
  queryClient.setQueryData<readonly string[]>(queryKeys.deletedSessions(), (known = []) => [
    ...known,
    ...sessionIds,
  ]);
}

/** Somebody has put it back, with the id it had. */
function unmarkDeleted(queryClient: QueryClient, sessionIds: readonly string[]): void {
  queryClient.setQueryData<readonly string[]>(queryKeys.deletedSessions(), (known) =>
    known?.some((id) => sessionIds.includes(id))
      ? known.filter((id) => !sessionIds.includes(id))
      : known,
  );
}

/** Which changes are missing is not known any more: everything is read again. */
async function loadAfresh(queryClient: QueryClient, signal: AbortSignal): Promise<string> {
  const cursor = await fetchPresentCursor(signal);
  const opened = [...queryKeys.all, 'session'];
  for (const queryKey of [opened, queryKeys.sessionLists(), queryKeys.pinnedSessions()]) {
    queryClient.removeQueries({ queryKey, type: 'inactive' });
    void queryClient.invalidateQueries({ queryKey });
  }
  void queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
  return cursor;
}
