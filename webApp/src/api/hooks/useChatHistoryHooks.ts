import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import {
  messagesOptions,
  newestSessionsOptions,
  sessionCountsOptions,
  sessionListOptions,
  sessionOptions,
} from '@/api/queryOptions';
import type { Channel, CreateSessionRequest, Session } from '@/api/schema';
import { findListedSession, placeSessionOnTop, sessionsOf } from '@/api/sessionListCache';
import { loadMessagesAbove, newestMessagesOptions } from '@/api/turns/turnCache';

/** Sessions of one channel, or of all; `data` is one flat list, kept fresh while the page is seen. */
export function useChatSessions(channel: Channel | null = null) {
  const queryClient = useQueryClient();
  const list = useInfiniteQuery({ ...sessionListOptions(channel), select: sessionsOf });
  useQuery({ ...newestSessionsOptions(queryClient, channel), enabled: list.isSuccess });
  return list;
}

/** True while the loaded list cannot be kept fresh, because the server does not answer. */
export function useIsSessionListStale(channel: Channel | null = null): boolean {
  const queryClient = useQueryClient();
  return useQuery({ ...newestSessionsOptions(queryClient, channel), enabled: false }).isError;
}

/** How many sessions each channel holds. */
export function useSessionCounts() {
  return useQuery(sessionCountsOptions());
}

/** One session without its messages; a row of the picker stands in until it has come. */
export function useChatSession(sessionId: string) {
  const queryClient = useQueryClient();
  return useQuery({
    ...sessionOptions(sessionId),
    placeholderData: () => findListedSession(queryClient, sessionId),
  });
}

/** What is known of a session without asking for it; undefined before it was opened. */
export function useKnownSession(sessionId: string | null): Session | undefined {
  return useQuery({ ...sessionOptions(sessionId ?? ''), enabled: false }).data;
}

/** Messages of a session, oldest first, kept fresh; `fetchNextPage` loads the page above. */
export function useChatMessages(sessionId: string) {
  const queryClient = useQueryClient();
  const list = useQuery(messagesOptions(sessionId));
  useQuery({ ...newestMessagesOptions(sessionId), enabled: list.isSuccess });
  const above = useMutation({ mutationFn: () => loadMessagesAbove(queryClient, sessionId) });
  return {
    data: list.data?.messages,
    error: list.error,
    isPending: list.isPending,
    refetch: list.refetch,
    hasNextPage: list.data?.has_more ?? false,
    isFetchingNextPage: above.isPending,
    isFetchNextPageError: above.isError,
    fetchNextPage: above.mutateAsync,
  };
}

/** Makes a session. With a `session_id` of the caller's own making a retry makes no second one. */
export function useCreateSession() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: CreateSessionRequest) =>
      dataOf(await apiClient.POST('/api/chat/sessions', { body })),
    onSuccess: (session) => {
      queryClient.setQueryData(queryKeys.session(session.session_id), session);
      placeSessionOnTop(queryClient, session);
      return queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
    },
  });
}
