import { useEffect } from 'react';

import { claimOutbox, forgetOutbox, onOutboxChanged } from '@/api/turns/outbox';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { useChatStore } from '@/stores/useChatStore';

/** Sends what was waiting when the page was left; another user's messages are dropped. */
export function OutboxSender() {
  const runner = useTurnRunner();
  const userId = useChatStore((state) => state.draftsOwnerId);
  useEffect(() => {
    if (userId === null) {
      forgetOutbox();
      return;
    }
    claimOutbox(userId);
    runner.resume();
    // Its tab may be closed by the time the server is back.
    return onOutboxChanged(() => runner.resume());
  }, [runner, userId]);
  return null;
}
