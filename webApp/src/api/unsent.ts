import { onlineManager, type QueryClient, useMutationState } from '@tanstack/react-query';

import { mutationKeys } from '@/api/queryKeys';
import { isWaiting, type OutgoingMessage, useOutbox } from '@/api/turns/outbox';

/** What its user has written and changed, and the server does not have yet. */
export interface Unsent {
  messages: number;
  changes: number;
}

const LONGEST_SETTLING_MS = 3_000;
const PENDING = { mutationKey: mutationKeys.all, status: 'pending' } as const;

export function countUnsent(queryClient: QueryClient): Unsent {
  return {
    messages: useOutbox.getState().messages.filter(isUnsent).length,
    changes: queryClient.getMutationCache().findAll(PENDING).length,
  };
}

/** The same, counted anew whenever something has gone out. */
export function useUnsentCount(): Unsent {
  const messages = useOutbox((outbox) => outbox.messages.filter(isUnsent).length);
  const changes = useMutationState({ filters: PENDING, select: () => null }).length;
  return { messages, changes };
}

/** Resolves when all of it was answered, or cannot be within a moment. */
export async function settleUnsent(queryClient: QueryClient): Promise<void> {
  const isUnderWay = () =>
    countUnsent(queryClient).changes > 0 || useOutbox.getState().messages.some(isWaiting);
  if (!isUnderWay() || !onlineManager.isOnline()) return;
  await new Promise<void>((resolve) => {
    const look = () => {
      if (!isUnderWay() || !onlineManager.isOnline()) end();
    };
    const watched = [
      queryClient.getMutationCache().subscribe(look),
      useOutbox.subscribe(look),
      onlineManager.subscribe(look),
    ];
    const end = () => {
      clearTimeout(timer);
      for (const unsubscribe of watched) unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, LONGEST_SETTLING_MS);
  });
}

function isUnsent({ isSent = false }: OutgoingMessage): boolean {
  return !isSent;
}
