import { useMutation } from '@tanstack/react-query';

import { apiClient, dataOf } from '@/api/client';
import { saveFile } from '@/lib/saveFile';

export type ExportFormat = 'json' | 'markdown';

/** Downloads a session with every version of every message. */
export function useExportSession(sessionId: string) {
  return useMutation({
    mutationFn: async (format: ExportFormat) => {
      const { data, response } = await apiClient.GET('/api/chat/sessions/{session_id}/export', {
        params: { path: { session_id: sessionId }, query: { format } },
        parseAs: 'blob',
      });
      saveFile(dataOf({ data: data as Blob }), nameOf(response) ?? `session.${format}`);
    },
  });
}

function nameOf(response: Response): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(
    response.headers.get('Content-Disposition') ?? '',
  )?.[1];
  return encoded === undefined ? null : decodeURIComponent(encoded);
}
