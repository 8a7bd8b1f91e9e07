import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import type { Channel } from '@/api/schema';
import { sessionsOf } from '@/api/sessionListCache';

const PAGE_SIZE = 20;

/** What is looked for, among which sessions, and which come first. */
export interface SessionSearch {
  text: string;
  order: 'relevance' | 'newest';
  /** Null for all of them. */
  channel: Channel | null;
  archived: 'all' | 'true' | 'false';
  /** Instants between which the last activity must be; null for an open end. */
  from: string | null;
  to: string | null;
}

function sessionSearchOptions(search: SessionSearch) {
  return infiniteQueryOptions({
    queryKey: queryKeys.sessionSearch(search),
    queryFn: async ({ pageParam: cursor, signal }) => {
      const { text, order, channel, archived, from, to } = search;
      const query = {
        query: text,
        order,
        archived,
        limit: PAGE_SIZE,
        ...(channel && { channel }),
        ...(from !== null && { from }),
        ...(to !== null && { to }),
        ...(cursor && { cursor }),
      } as const;
      return dataOf(await apiClient.GET('/api/chat/sessions', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    select: sessionsOf,
    // What was found stays in place until the next words are answered.
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    // Pages that were read belong together; reading them again would take as long as all of them.
    refetchOnWindowFocus: false,
  });
}

/** Sessions whose title or messages hold a text; nothing is asked for an empty one. */
export function useSessionSearch(search: SessionSearch, { isEnabled }: { isEnabled: boolean }) {
  return useInfiniteQuery({
    ...sessionSearchOptions(search),
    enabled: isEnabled && search.text !== '',
  });
}
