import {
  useInfiniteQuery,
  useIsRestoring,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';

import { useDraftFilesStore } from '@/api/attachments/draftFiles';
import { startedCounts, startedOf } from '@/api/attachments/unstartedSession';
import { isCursorRefused } from '@/api/apiError';
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
import { useIsOnline } from '@/api/hooks/useIsOnline';
import { useStartingSession, useWithStarting } from '@/api/hooks/useStartingSession';
import { usePendingChanges, useWithChanges, withChange } from '@/api/pendingChanges';
import type { CreateSessionRequest, Session, SessionCounts } from '@/api/schema';
import {
  findListedSession,
  isListed,
  placeSession,
  type SessionList,
  sessionsOf,
} from '@/api/sessionListCache';
import { NO_MESSAGES } from '@/api/turns/messageList';
import { loadMessagesAbove, newestMessagesOptions } from '@/api/turns/turnCache';

/**
 * Sessions of one channel, of the archive, or of all that is not in it; `data` is one flat list,
 * with what its user has just changed.
 */
export function useChatSessions(filter: ListFilter = null) {
  const queryClient = useQueryClient();
  const { unstartedIds, newSessionId } = useDraftFilesStore();
  const select = useCallback(
    // The feed may tell of the session to come before the answer that made it is here.
    (list: SessionList) => startedOf(sessionsOf(list), [...unstartedIds, newSessionId]),
    [unstartedIds, newSessionId],
  );
  const list = useInfiniteQuery({ ...sessionListOptions(filter), select });
  useQuery({ ...newestSessionsOptions(queryClient, filter), enabled: list.isSuccess });
  const data = useWithStarting(useWithChanges(list.data, filter), filter);
  const { isPending, hasNextPage, isFetchingNextPage, refetch } = list;
  const isRefused = isCursorRefused(list.error);
  return {
    data,
    isPending,
    hasNextPage,
    isFetchingNextPage: isFetchingNextPage || (isRefused && list.isFetching),
    isFetchNextPageError: (list.isFetchNextPageError || isRefused) && !list.isFetching,
    refetch,
    /** Where the list does not lead on any more it is read again from its top, once by itself. */
    fetchNextPage: async () => {
      const { error } = isRefused ? await refetch() : await list.fetchNextPage();
      if (!isRefused && isCursorRefused(error)) await refetch();
    },
  };
}

/** The sessions of a list with those of its pinned ones that are not loaded yet in front. */
export function useWithPinned(filter: ListFilter, sessions: Session[] | undefined) {
  const isShown = filter !== 'archived';
  const { data: pinned, isPending } = useQuery({ ...pinnedSessionsOptions(), enabled: isShown });
  const changes = usePendingChanges();
  const isWaiting = isShown && isPending;
  return useMemo(() => {
    // Rows that came in above the others would push them down.
    if (isWaiting) return undefined;
    if (!sessions || !pinned || filter === 'archived') return sessions;
    const loaded = new Set(sessions.map((session) => session.session_id));
    const missing = pinned.filter(
      (session) =>
        // What is changing just now is in the list already, wherever it belongs.
        !loaded.has(session.session_id) &&
        !changes.has(session.session_id) &&
        isListed(session, filter),
    );
    return missing.length === 0 ? sessions : [...missing, ...sessions];
  }, [sessions, pinned, changes, filter, isWaiting]);
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
  const change = usePendingChanges().get(sessionId);
  const starting = useStartingSession(sessionId);
  const session = useQuery({
    ...sessionOptions(sessionId),
    enabled: !starting,
    placeholderData: () => findListedSession(queryClient, sessionId),
  });
  // What stood in for it goes when it cannot be read.
  const known = session.data ?? findListedSession(queryClient, sessionId);
  const data = known && (withChange(known, change) ?? known);
  return { data: data ?? starting, error: session.error };
}

/** What is known of a session without asking for it; undefined before it was opened. */
export function useKnownSession(sessionId: string | null): Session | undefined {
  return useQuery({ ...sessionOptions(sessionId ?? ''), enabled: false }).data;
}

/** Messages of a session, oldest first, kept fresh; `fetchNextPage` loads the page above. */
export function useChatMessages(sessionId: string) {
  const queryClient = useQueryClient();
  const isStarting = useStartingSession(sessionId) !== undefined;
  const isRestoring = useIsRestoring();
  const isOnline = useIsOnline();
  const list = useQuery({ ...messagesOptions(sessionId), enabled: !isStarting });
  const newest = useQuery({
    ...newestMessagesOptions(queryClient, sessionId),
    enabled: list.isSuccess && !isStarting,
  });
  const above = useMutation({ mutationFn: () => loadMessagesAbove(queryClient, sessionId) });
  return {
    data: list.data?.messages ?? (isStarting ? NO_MESSAGES.messages : undefined),
    error: list.error,
    /** False without the server, as long as nothing is known: it will not come soon. */
    isPending: !list.data && !isStarting && (isRestoring || (isOnline && list.isFetching)),
    /** False while what is shown was kept from an earlier visit and is being read anew. */
    isCurrent: newest.isFetchedAfterMount || !newest.isFetching,
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
      placeSession(queryClient, session);
      return queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
    },
  });
}
