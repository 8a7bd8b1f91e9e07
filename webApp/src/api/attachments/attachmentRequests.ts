import { queryOptions } from '@tanstack/react-query';

import { findLocalBytes } from '@/api/attachments/localBytes';
import { apiClient } from '@/api/client';
import { queryKeys } from '@/api/queryKeys';
import type { Attachment } from '@/api/schema';

/** How long bytes that nothing shows are kept: as long as one scrolls away and back. */
const KEPT_MS = 60_000;

/** The bytes of an attachment; those that were chosen on this page need no fetching. */
export function attachmentBytesOptions({ id, content_type: type }: Attachment) {
  return queryOptions({
    queryKey: queryKeys.attachmentBytes(id, type),
    queryFn: async ({ signal }) => {
      const { data } = await apiClient.GET('/api/chat/attachments/{attachment_id}', {
        params: { path: { attachment_id: id } },
        parseAs: 'arrayBuffer',
        // Whoever signs out leaves nothing in this browser, so its cache gets nothing to keep.
        cache: 'no-store',
        signal,
      });
      // The type is what the server found in its content.
      return new Blob(data ? [data] : [], { type });
    },
    initialData: () => findLocalBytes(id),
    staleTime: Infinity,
    gcTime: KEPT_MS,
  });
}

/**
 * Deletes an attachment that is part of no message.
 *
 * @throws ApiError `attachment_in_use` when it is, `attachment_not_found` when it is gone.
 */
export async function deleteAttachment(id: string): Promise<void> {
  const params = { path: { attachment_id: id } };
  await apiClient.DELETE('/api/chat/attachments/{attachment_id}', { params });
}
