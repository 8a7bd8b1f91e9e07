import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { joinFeed } from '@/api/feedLeader';
import { deletedSessionsOptions, sessionFeedOptions } from '@/api/sessionFeed';

/** Shows what other devices change, while the page is seen. */
export function useSessionFeed(userId: string): void {
  const queryClient = useQueryClient();
  useQuery(sessionFeedOptions(queryClient));
  useEffect(() => joinFeed(queryClient, userId), [queryClient, userId]);
}

/** True once the feed has told that a session is no more. */
export function useIsSessionDeleted(sessionId: string): boolean {
  const { data } = useQuery(deletedSessionsOptions());
  return data.includes(sessionId);
}
