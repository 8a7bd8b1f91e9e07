import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';

import { useDraftFilesStore } from '@/api/attachments/draftFiles';
import { startedCounts, startedOf } from '@/api/attachments/unstartedSession';
import { apiClient, dataOf } from '@/api/client';
import { type ListFilter, queryKeys } from '@/api/queryKeys';
import {
  messagesOptions,
  newestSessionsOptions,
  pinnedSessionsOptions,
  sessionCountsOptions,
  sessionListOptions,
  sessionOptions,
} from '@/api/queryOptions';
import type { CreateSessionRequest, Session, SessionCounts } from '@/api/schema';
import {
  findListedSession,
  placeSessionOnTop,
  type SessionList,
  sessionsOf,
} from '@/api/sessionListCache';
import { loadMessagesAbove, newestMessagesOptions } from '@/api/turns/turnCache';

/**
 * Sessions of one channel, of the archive, or of all that is not in it; `data` is one flat list,
 * kept fresh while the page is seen.
 */
export function useChatSessions(channel: ListFilter = null) {
  const queryClient = useQueryClient();
  const unstartedIds = useDraftFilesStore((state) => state.unstartedIds);
  const select = useCallback(
    (list: SessionList) => startedOf(sessionsOf(list), unstartedIds),
    [unstartedIds],
  );
  const list = useInfiniteQuery({ ...sessionListOptions(channel), select });
  useQuery({ ...newestSessionsOptions(queryClient, channel), enabled: list.isSuccess });
  return list;
}

/** True while the loaded list cannot be kept fresh, because the server does not answer. */
export function useIsSessionListStale(channel: ListFilter = null): boolean {
  const queryClient = useQueryClient();
  return useQuery({ ...newestSessionsOptions(queryClient, channel), enabled: false }).isError;
}

/** The sessions of a list with those of its pinned ones that are not loaded yet in front. */
export function useWithPinned(channel: ListFilter, sessions: Session[] | undefined) {
  const isShown = channel !== 'archived';
  const { data: pinned, isPending } = useQuery({ ...pinnedSessionsOptions(), enabled: isShown });
  const isWaiting = isShown && isPending;
  return useMemo(() => {
    // Rows that came in above the others would push them down.
    if (isWaiting) return undefined;
    if (!sessions || !pinned || channel === 'archived') return sessions;
    const loaded = new Set(sessions.map((session) => session.session_id));
    const missing = pinned.filter(
      (session) =>
        !loaded.has(session.session_id) && (channel === null || session.channel === channel),
    );
    return missing.length === 0 ? sessions : [...missing, ...sessions];
  }, [sessions, pinned, channel, isWaiting]);
}

/** How many sessions each channel holds. */
export function useSessionCounts() {
  const unstartedIds = useDraftFilesStore((state) => state.unstartedIds);
  const select = useCallback(
    (counts: SessionCounts) => startedCounts(counts, unstartedIds),
    [unstartedIds],
  );
  return useQuery({ ...sessionCountsOptions(), select });
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
