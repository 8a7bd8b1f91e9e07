import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import { claimOutbox, forgetOutbox, watchOutbox } from '@/api/turns/outbox';
import { showUntilRead } from '@/api/turns/sentElsewhere';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { useOrphanedMessages } from '@/app/useOrphanedMessages';
import { useChatStore } from '@/stores/useChatStore';

/** Sends what was waiting when the page was left; another user's messages are dropped. */
export function OutboxSender() {
  const runner = useTurnRunner();
  const queryClient = useQueryClient();
  const userId = useChatStore((state) => state.draftsOwnerId);
  useOrphanedMessages();
  useEffect(() => {
    if (userId === null) {
      forgetOutbox();
      return;
    }
    claimOutbox(userId);
    runner.resume();
    return watchOutbox({
      // Its tab may be closed by the time the server is back.
      onChanged: () => runner.resume(),
      onGone: (gone) => void showUntilRead(queryClient, gone),
    });
  }, [queryClient, runner, userId]);
  return null;
}
