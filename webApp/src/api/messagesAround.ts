import { infiniteQueryOptions } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import type { Message, MessagePage } from '@/api/schema';

const PAGE_SIZE = 50;

/** Which page of a branch: that around the message in question, or one that follows another. */
type Place = { beforeId: number } | { afterId: number; headId: number } | null;

/** Messages of one branch, oldest first, and where the pages above and below begin. */
interface BranchPart {
  messages: Message[];
  /** Null where the branch begins. */
  beforeId: number | null;
  /** Null where the branch ends. */
  below: { afterId: number; headId: number } | null;
  /** Whether its branch is the one in use; null for a page above, which does not tell. */
  isInUse: boolean | null;
}

async function fetchPage(
  sessionId: string,
  query: { before_id?: number; after_id?: number; head_id?: number },
  signal: AbortSignal,
): Promise<MessagePage> {
  const params = { path: { session_id: sessionId }, query: { limit: PAGE_SIZE, ...query } };
  return dataOf(
    await apiClient.GET('/api/chat/sessions/{session_id}/messages', { params, signal }),
  );
}

function partOf(above: MessagePage | null, below: MessagePage | null): BranchPart {
  const { next_after_id: afterId, head_id: headId } = below ?? {};
  return {
    messages: [...(above?.messages ?? []), ...(below?.messages ?? [])],
    beforeId: above?.has_more ? above.next_before_id : null,
    below: afterId == null || headId == null ? null : { afterId, headId },
    isInUse: below?.is_in_use ?? null,
  };
}

/** The messages around one, wherever in its session and on whichever branch it stands. */
export function messagesAroundOptions(sessionId: string, messageId: number) {
  return infiniteQueryOptions({
    queryKey: queryKeys.messagesAround(sessionId, messageId),
    queryFn: async ({ pageParam: place, signal }): Promise<BranchPart> => {
      if (place === null) {
        const [above, below] = await Promise.all([
          fetchPage(sessionId, { head_id: messageId }, signal),
          fetchPage(sessionId, { after_id: messageId }, signal),
        ]);
        return partOf(above, below);
      }
      if ('beforeId' in place) {
        const query = { before_id: place.beforeId, head_id: messageId };
        return partOf(await fetchPage(sessionId, query, signal), null);
      }
      const query = { after_id: place.afterId, head_id: place.headId };
      return partOf(null, await fetchPage(sessionId, query, signal));
    },
    initialPageParam: null as Place,
    getPreviousPageParam: ({ beforeId }): Place | undefined =>
      beforeId === null ? undefined : { beforeId },
    getNextPageParam: ({ below }): Place | undefined => below ?? undefined,
    select: ({ pages }) => ({
      messages: pages.flatMap(({ messages }) => messages),
      isInUse: pages.every(({ isInUse }) => isInUse !== false),
    }),
    // Read once for whoever came here; to be kept fresh is the matter of the newest messages.
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
}
