import { type QueryClient, queryOptions } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import type { SessionPage } from '@/api/schema';
import { mergeNewestPage } from '@/api/sessionListCache';

const PAGE_SIZE = 30;
const POLL_MS = 5_000;

async function fetchPage(
  scheduleId: string,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<SessionPage> {
  const filter = { schedule_id: scheduleId, folded: 'all' } as const;
  const query = { limit: PAGE_SIZE, ...filter, ...(cursor && { cursor }) };
  return dataOf(
    await apiClient.GET('/api/chat/sessions', { params: { query }, ...(signal && { signal }) }),
  );
}

/** The sessions of one schedule as one page that grows downwards; a poll renews its top. */
export function scheduleSessionsOptions(scheduleId: string) {
  return queryOptions({
    queryKey: queryKeys.scheduleSessions(scheduleId),
    queryFn: async ({ client, queryKey, signal }): Promise<SessionPage> => {
      const fresh = await fetchPage(scheduleId, null, signal);
      const loaded = client.getQueryData<SessionPage>(queryKey);
      if (!loaded) return fresh;
      return mergeNewestPage({ pages: [loaded], pageParams: [null] }, fresh).pages[0] ?? fresh;
    },
    refetchInterval: POLL_MS,
    refetchOnWindowFocus: 'always',
  });
}

/** Reads the page below what is loaded and puts it at the end. */
export async function loadOlderScheduleSessions(
  queryClient: QueryClient,
  scheduleId: string,
): Promise<void> {
  const queryKey = queryKeys.scheduleSessions(scheduleId);
  const cursor = queryClient.getQueryData<SessionPage>(queryKey)?.next_cursor ?? null;
  if (cursor === null) return;
  const older = await fetchPage(scheduleId, cursor);
  // A poll that is under way would lay itself over the list as it was.
  await queryClient.cancelQueries({ queryKey });
  queryClient.setQueryData<SessionPage>(queryKey, (loaded) => {
    if (loaded?.next_cursor !== cursor) return loaded;
    const knownIds = new Set(loaded.sessions.map(({ session_id: id }) => id));
    const news = older.sessions.filter(({ session_id: id }) => !knownIds.has(id));
    return { sessions: [...loaded.sessions, ...news], next_cursor: older.next_cursor };
  });
}
