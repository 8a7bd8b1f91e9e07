import {
  infiniteQueryOptions,
  onlineManager,
  type QueryClient,
  queryOptions,
  replaceEqualDeep,
} from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { fetchPublicConfig } from '@/api/publicConfig';
import { type ListFilter, queryKeys } from '@/api/queryKeys';
import type { MessagePage, Session, SessionPage } from '@/api/schema';
import { beginFeed } from '@/api/sessionFeed';
import { mergeNewestPage, type SessionList } from '@/api/sessionListCache';

const PAGE_SIZE = 50;
const PINNED_MAX = 200;
/** For what the feed does not tell, because it is no change of a session: its deliveries. */
const SESSIONS_POLL_MS = 30_000;
const COUNTS_STALE_MS = 60_000;

/** Runs nobody has continued are left out: the list has a row for their schedule. */
async function fetchSessionPage(
  filter: ListFilter,
  cursor: string | null,
  signal: AbortSignal,
): Promise<SessionPage> {
  const where =
    filter === 'archived'
      ? ({ archived: 'true' } as const)
      : ({ folded: 'false', ...(filter && { channel: filter }) } as const);
  const query = { limit: PAGE_SIZE, ...where, ...(cursor && { cursor }) };
  return dataOf(await apiClient.GET('/api/chat/sessions', { params: { query }, signal }));
}

/** What the app must know before anyone signs in; it does not change while the page is open. */
export function publicConfigOptions() {
  return queryOptions({
    queryKey: queryKeys.publicConfig(),
    queryFn: fetchPublicConfig,
    staleTime: Infinity,
  });
}

/** The picker's list, newest activity first; pages downward by cursor. */
export function sessionListOptions(filter: ListFilter) {
  return infiniteQueryOptions({
    queryKey: queryKeys.sessionList(filter),
    queryFn: async ({ client, pageParam, signal }) => {
      await beginFeed(client);
      return fetchSessionPage(filter, pageParam, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // The feed of changes keeps it fresh without reading every loaded page again.
    staleTime: Infinity,
    // Of all pages in one array every row would be compared with the one that stood there before.
    structuralSharing: (old, next) => (Array.isArray(next) ? next : replaceEqualDeep(old, next)),
  });
}

/** Reads the first page now and then and lays it over the loaded list. */
export function newestSessionsOptions(queryClient: QueryClient, filter: ListFilter) {
  return queryOptions({
    queryKey: queryKeys.newestSessions(filter),
    queryFn: async ({ signal }) => {
      const fresh = await fetchSessionPage(filter, null, signal);
      queryClient.setQueryData<SessionList>(queryKeys.sessionList(filter), (list) =>
        list ? mergeNewestPage(list, fresh) : undefined,
      );
      return null;
    },
    // The list itself has just read that page.
    initialData: null,
    staleTime: SESSIONS_POLL_MS,
    refetchInterval: () => (onlineManager.isOnline() ? SESSIONS_POLL_MS : false),
    retry: false,
  });
}

/** What is pinned, however long ago something happened in it. */
export function pinnedSessionsOptions() {
  return queryOptions({
    queryKey: queryKeys.pinnedSessions(),
    queryFn: async ({ client, signal }) => {
      await beginFeed(client);
      const params = { query: { pinned: 'true', limit: PINNED_MAX } } as const;
      return dataOf(await apiClient.GET('/api/chat/sessions', { params, signal })).sessions;
    },
    // The feed of changes keeps it fresh.
    staleTime: Infinity,
  });
}

/** How many sessions each channel holds. */
export function sessionCountsOptions() {
  return queryOptions({
    queryKey: queryKeys.sessionCounts(),
    queryFn: async ({ signal }) =>
      dataOf(await apiClient.GET('/api/chat/sessions/counts', { signal })),
    // The feed of changes has it read again when a session comes or goes.
    staleTime: COUNTS_STALE_MS,
  });
}

/** One session, as far as its head needs it. */
export function sessionOptions(sessionId: string) {
  return queryOptions({
    queryKey: queryKeys.session(sessionId),
    queryFn: async ({ client, signal }): Promise<Session> => {
      await beginFeed(client);
      const params = { path: { session_id: sessionId }, query: { limit: 1 } };
      return dataOf(await apiClient.GET('/api/chat/sessions/{session_id}', { params, signal }));
    },
  });
}

/** A page of the branch in use: the newest one, or the one above a message. */
export async function fetchMessagePage(
  sessionId: string,
  beforeId: number | null,
  signal?: AbortSignal,
): Promise<MessagePage> {
  const query = { limit: PAGE_SIZE, ...(beforeId !== null && { before_id: beforeId }) };
  const params = { path: { session_id: sessionId }, query };
  return dataOf(
    await apiClient.GET('/api/chat/sessions/{session_id}/messages', {
      params,
      ...(signal && { signal }),
    }),
  );
}

/** The loaded messages of the branch in use, as one page that grows at both ends. */
export function messagesOptions(sessionId: string) {
  return queryOptions({
    queryKey: queryKeys.messages(sessionId),
    queryFn: async ({ client, signal }) => {
      await beginFeed(client);
      return fetchMessagePage(sessionId, null, signal);
    },
    // newestMessagesOptions keeps it fresh; reading it again would lose what was loaded above.
    staleTime: Infinity,
  });
}
