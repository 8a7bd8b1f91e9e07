import { useMutation, useQueryClient } from '@tanstack/react-query';

import { switchBranch } from '@/api/turns/turnCache';

/** Moves a session to the branch of a message, on every device. */
export function useSwitchBranch(sessionId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (messageId: number) => switchBranch(queryClient, sessionId, messageId),
  });
}
