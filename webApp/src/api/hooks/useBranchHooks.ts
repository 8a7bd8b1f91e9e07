import { useMutation, useQueryClient } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { placeSession } from '@/api/sessionListCache';
import { switchBranch } from '@/api/turns/turnCache';
import { queryKeys } from '@/api/queryKeys';

/** Moves a session to the branch of a message, on every device. */
export function useSwitchBranch(sessionId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (messageId: number) => switchBranch(queryClient, sessionId, messageId),
  });
}

interface Fork {
  sessionId: string;
  /** The last message of the branch. */
  messageId: number;
  /** Of the caller's own making, so that a retry makes no second session. */
  newSessionId: string;
}

/** Copies a branch into a session of its own. */
export function useForkSession() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ sessionId, messageId, newSessionId }: Fork) =>
      dataOf(
        await apiClient.POST('/api/chat/sessions/{session_id}/fork', {
          params: { path: { session_id: sessionId } },
          body: { message_id: messageId, session_id: newSessionId },
        }),
      ),
    onSuccess: (session) => {
      queryClient.setQueryData(queryKeys.session(session.session_id), session);
      placeSession(queryClient, session);
      void queryClient.invalidateQueries({ queryKey: queryKeys.sessionCounts() });
    },
  });
}
