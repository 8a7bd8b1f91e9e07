import { type QueryClient, queryOptions } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';
import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import type { TelegramLinks } from '@/api/schema';

/** The header knows whole seconds only, and a link must not seem to hold longer than it does. */
const HEADER_PRECISION_MS = 1_000;
/** However wrong a clock is, and while the server is away, no faster than this. */
const MIN_RENEWAL_MS = 5_000;

interface Invitation {
  url: string;
  /** When it stops working, by the clock of this device. */
  endsAt: number;
}

/** The user's Telegram accounts, and the bot they are linked with. */
export function telegramLinksOptions() {
  return queryOptions({
    queryKey: queryKeys.telegramLinks(),
    queryFn: async ({ signal }) =>
      dataOf(await apiClient.GET('/api/chat/links/telegram', { signal })),
    staleTime: 60_000,
  });
}

/** A deep link that works once. Each one ends the one before; it is renewed when its time is over. */
export function telegramInvitationOptions() {
  return queryOptions({
    queryKey: queryKeys.telegramInvitation(),
    queryFn: createInvitation,
    gcTime: 0,
    staleTime: ({ state }) => (state.data ? state.data.endsAt - state.dataUpdatedAt : 0),
    refetchInterval: ({ state }) =>
      state.data ? Math.max(MIN_RENEWAL_MS, state.data.endsAt - Date.now()) : false,
  });
}

async function createInvitation(): Promise<Invitation> {
  const { response, ...result } = await apiClient.POST('/api/chat/links/telegram');
  const { url, expires_at: expiresAt } = dataOf(result);
  // Counted on the server's clock; this device's may be wrong.
  const answeredAt = Date.parse(response.headers.get('Date') ?? '') || Date.now();
  const lifetime = Date.parse(expiresAt) - answeredAt - HEADER_PRECISION_MS;
  return { url, endsAt: Date.now() + lifetime };
}

/** Unlinks an account; one that is not linked any more counts as unlinked. */
export async function deleteTelegramLink(queryClient: QueryClient, linkId: string): Promise<void> {
  try {
    const params = { query: { link_id: linkId } };
    // It may be asked for as the page is being left.
    await apiClient.DELETE('/api/chat/links/telegram', { params, keepalive: true });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'link_not_found')) throw error;
  }
  // A reading that is under way would bring the account back.
  await queryClient.cancelQueries({ queryKey: queryKeys.telegramLinks() });
  queryClient.setQueryData<TelegramLinks>(queryKeys.telegramLinks(), (known) =>
    known ? { ...known, links: known.links.filter(({ id }) => id !== linkId) } : undefined,
  );
}
