import type { QueryClient } from '@tanstack/react-query';

import { describeError } from '@/api/apiError';
import { apiClient, dataOf } from '@/api/client';
import type { Session } from '@/api/schema';
import { findSession } from '@/api/sessionListCache';
import { placeAnsweredSession } from '@/api/turns/turnCache';
import { nameSession } from '@/lib/nameSession';
import { toastAction, toastError } from '@/lib/toast';

/** The server has given up long before. */
const LONGEST_MAKING_MS = 120_000;

/** True while a title that was asked for, here or on another device, is being made. */
export function isMakingTitle(session: Session): boolean {
  return session.title_status === 'waiting';
}

/**
 * Has the server make a title. The session shows that it waits for one; the feed of changes brings
 * the title, or that none could be made, which is said.
 */
export async function requestTitle(queryClient: QueryClient, session: Session): Promise<void> {
  const params = { path: { session_id: session.session_id } };
  try {
    const path = '/api/chat/sessions/{session_id}/regenerate-title';
    placeAnsweredSession(queryClient, dataOf(await apiClient.POST(path, { params })));
  } catch (error) {
    toastError(`${describeError(error)} The title is as it was.`);
    return;
  }
  const ended = await waitForTitle(queryClient, session.session_id);
  if (ended?.title_status !== 'failed') return;
  toastAction(`No title could be made for “${nameSession(ended)}”.`, {
    label: 'Try again',
    onAction: () => void requestTitle(queryClient, ended),
  });
}

/** The session once nothing is being made any more; undefined when it is not known by then. */
function waitForTitle(queryClient: QueryClient, sessionId: string): Promise<Session | undefined> {
  return new Promise((resolve) => {
    const end = (session: Session | undefined) => {
      clearTimeout(timer);
      unsubscribe();
      resolve(session);
    };
    const look = () => {
      const session = findSession(queryClient, sessionId);
      if (!session || !isMakingTitle(session)) end(session);
    };
    const timer = setTimeout(() => end(undefined), LONGEST_MAKING_MS);
    const unsubscribe = queryClient.getQueryCache().subscribe(({ type }) => {
      if (type === 'updated' || type === 'removed') look();
    });
    look();
  });
}
