import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import { sessionsOf } from '@/api/sessionListCache';

const PAGE_SIZE = 20;

function sessionSearchOptions(text: string) {
  return infiniteQueryOptions({
    queryKey: queryKeys.sessionSearch(text),
    queryFn: async ({ pageParam: cursor, signal }) => {
      const query = {
        query: text,
        order: 'newest',
        archived: 'all',
        limit: PAGE_SIZE,
        ...(cursor && { cursor }),
      } as const;
      return dataOf(await apiClient.GET('/api/chat/sessions', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    select: sessionsOf,
    enabled: text !== '',
    // What was found stays in place until the next words are answered.
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}

/** Sessions whose title or messages hold a text, newest first; nothing is asked for an empty one. */
export function useSessionSearch(text: string) {
  return useInfiniteQuery(sessionSearchOptions(text));
}
