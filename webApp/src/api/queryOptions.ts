import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { fetchPublicConfig } from '@/api/publicConfig';
import { queryKeys } from '@/api/queryKeys';
import type { Channel, MessagePage, Session, SessionPage } from '@/api/schema';
import { mergeNewestPage, type SessionList } from '@/api/sessionListCache';

const PAGE_SIZE = 50;
const SESSIONS_POLL_MS = 5_000;
const COUNTS_POLL_MS = 15_000;

/** Runs nobody has continued are left out: the list has a row for their schedule. */
async function fetchSessionPage(
  channel: Channel | null,
  cursor: string | null,
  signal: AbortSignal,
): Promise<SessionPage> {
  const filter = { folded: 'false', ...(channel && { channel }) } as const;
  const query = { limit: PAGE_SIZE, ...filter, ...(cursor && { cursor }) };
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
export function sessionListOptions(channel: Channel | null) {
  return infiniteQueryOptions({
    queryKey: queryKeys.sessionList(channel),
    queryFn: ({ pageParam, signal }) => fetchSessionPage(channel, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // newestSessionsOptions keeps it fresh without reading every loaded page again.
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
}

/** Reads the first page every few seconds and lays it over the loaded list. */
export function newestSessionsOptions(queryClient: QueryClient, channel: Channel | null) {
  return queryOptions({
    queryKey: queryKeys.newestSessions(channel),
    queryFn: async ({ signal }) => {
      const fresh = await fetchSessionPage(channel, null, signal);
      queryClient.setQueryData<SessionList>(queryKeys.sessionList(channel), (list) =>
        list ? mergeNewestPage(list, fresh) : undefined,
      );
      return null;
    },
    // The list itself has just read that page.
    initialData: null,
    staleTime: SESSIONS_POLL_MS,
    refetchInterval: SESSIONS_POLL_MS,
    refetchOnWindowFocus: 'always',
    retry: false,
  });
}

/** How many sessions each channel holds. */
export function sessionCountsOptions() {
  return queryOptions({
    queryKey: queryKeys.sessionCounts(),
    queryFn: async ({ signal }) =>
      dataOf(await apiClient.GET('/api/chat/sessions/counts', { signal })),
    refetchInterval: COUNTS_POLL_MS,
  });
}

/** One session, as far as its head needs it. */
export function sessionOptions(sessionId: string) {
  return queryOptions({
    queryKey: queryKeys.session(sessionId),
    queryFn: async ({ signal }): Promise<Session> => {
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
    queryFn: ({ signal }) => fetchMessagePage(sessionId, null, signal),
    // newestMessagesOptions keeps it fresh; reading it again would lose what was loaded above.
    staleTime: Infinity,
  });
}
