import type { QueryClient } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';
import { useDraftFilesStore } from '@/api/attachments/draftFiles';
import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import type { Session, SessionCounts } from '@/api/schema';

const making = new Map<string, Promise<void>>();

/**
 * Makes the session to come, because files need one; made before, it stays as it is. No list shows
 * it until its first message is sent.
 *
 * @throws ApiError when the server did not take it.
 */
export function makeUnstartedSession(queryClient: QueryClient, sessionId: string): Promise<void> {
  const made = making.get(sessionId) ?? make(queryClient, sessionId);
  making.set(sessionId, made);
  made.catch(() => making.delete(sessionId));
  return made;
}

async function make(queryClient: QueryClient, sessionId: string): Promise<void> {
  if (useDraftFilesStore.getState().unstartedIds.includes(sessionId)) return;
  await apiClient.POST('/api/chat/sessions', { body: { session_id: sessionId } });
  // A first message that was sent meanwhile is news of its own.
  if (useDraftFilesStore.getState().newSessionId !== sessionId) return;
  useDraftFilesStore.setState(({ unstartedIds }) => ({
    unstartedIds: [...unstartedIds, sessionId],
  }));
  void readCounts(queryClient);
}

/** Deletes the session to come when nothing was sent to it from anywhere. */
export async function dropUnstartedSession(queryClient?: QueryClient): Promise<void> {
  const { newSessionId: sessionId } = useDraftFilesStore.getState();
  if (sessionId === null) return;
  useDraftFilesStore.setState({ newSessionId: null });
  const params = { path: { session_id: sessionId } };
  try {
    await making.get(sessionId);
    const session = dataOf(
      await apiClient.GET('/api/chat/sessions/{session_id}', {
        params: { ...params, query: { limit: 1 } },
      }),
    );
    if (session.message_count > 0) return;
    await apiClient.DELETE('/api/chat/sessions/{session_id}', { params });
    if (queryClient) await readCounts(queryClient);
    forgetUnstarted(sessionId);
  } catch (error) {
    // Otherwise it stays, without a message and out of every list.
    if (error instanceof ApiError && error.status === 404) forgetUnstarted(sessionId);
  }
}

function forgetUnstarted(sessionId: string): void {
  useDraftFilesStore.setState(({ unstartedIds }) => ({
    unstartedIds: unstartedIds.filter((id) => id !== sessionId),
  }));
}

/** The sessions a list shows: all but those that hold nothing but the files of an unsent draft. */
export function startedOf(
  sessions: Session[],
  unstartedIds: readonly (string | null)[],
): Session[] {
  return sessions.filter(
    (session) => session.message_count > 0 || !unstartedIds.includes(session.session_id),
  );
}

/** How many of them there are. */
export function startedCounts(
  counts: SessionCounts,
  unstartedIds: readonly string[],
): SessionCounts {
  const started = (count: number) =>
    // What is over the limit is not counted further.
    count < counts.limit ? Math.max(0, count - unstartedIds.length) : count;
  return { ...counts, all: started(counts.all), web: started(counts.web) };
}

/** Resolves when what is shown of them is read again. */
function readCounts(queryClient: QueryClient): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
}
