import { notifyManager, type QueryClient } from '@tanstack/react-query';
import { create } from 'zustand';

import type { OutgoingMessage } from '@/api/turns/outbox';
import { refreshNewest } from '@/api/turns/turnCache';

interface SentElsewhere {
  messages: readonly OutgoingMessage[];
}

/** What another tab has sent and this one has not read yet; shown meanwhile as it was. */
export const useSentElsewhere = create<SentElsewhere>()(() => ({ messages: [] }));

/** Shows messages that left the outbox in another tab until their sessions have been read again. */
export async function showUntilRead(
  queryClient: QueryClient,
  gone: readonly OutgoingMessage[],
): Promise<void> {
  const shown = gone.map((message): OutgoingMessage => ({ ...message, isDelayed: false }));
  useSentElsewhere.setState(({ messages }) => ({ messages: [...messages, ...shown] }));
  const sessionIds = new Set(gone.map(({ sessionId }) => sessionId));
  await Promise.all(Array.from(sessionIds, (id) => refreshNewest(queryClient, id)));
  // Behind the cache's own notification, or they would be gone for one frame.
  notifyManager.schedule(() => {
    useSentElsewhere.setState(({ messages }) => ({
      messages: messages.filter((message) => !shown.includes(message)),
    }));
  });
}
