import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import type { Message } from '@/api/schema';
import { telegramInvitationOptions, telegramLinksOptions } from '@/api/telegramLinks';
import { placeEndedAnswer } from '@/api/turns/turnCache';

const WATCH_MS = 2_000;

/** The user's Telegram accounts, and the bot they are linked with. */
export function useTelegramLinks() {
  return useQuery(telegramLinksOptions());
}

/** The same, read every two seconds: a new account is shown at once. */
export function useWatchedTelegramLinks() {
  return useQuery({ ...telegramLinksOptions(), staleTime: 0, refetchInterval: WATCH_MS });
}

/** A deep link that links the Telegram account which opens it. */
export function useTelegramInvitation() {
  return useQuery(telegramInvitationOptions());
}

/** Sends a message to its channel once more. */
export function useRedeliverMessage() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ session_id, id }: Pick<Message, 'session_id' | 'id'>) => {
      const params = { path: { session_id, message_id: id } };
      return dataOf(
        await apiClient.POST('/api/chat/sessions/{session_id}/messages/{message_id}/redeliver', {
          params,
        }),
      );
    },
    onSuccess: (message) => placeEndedAnswer(queryClient, message, null),
  });
}
