import { ApiError } from '@/api/apiError';
import { targetInBrowser } from '@/api/archive/downloadTarget';
import { MarkCounter } from '@/api/archive/MarkCounter';
import { nameOfDownload, readDownload } from '@/api/archive/readDownload';
import { apiClient } from '@/api/client';

export type ExportFormat = 'json' | 'markdown';

export interface SessionExportProgress {
  messages: number;
  /** How many there were when it began; what an agent did for an answer is not counted. */
  messagesTotal: number;
}

/** What each message in a file begins with. */
const MARKS: Record<ExportFormat, string> = { json: '\n{', markdown: '\n---\n\n## ' };
const TYPES: Record<ExportFormat, string> = { json: 'application/json', markdown: 'text/markdown' };

/**
 * Downloads a session with every version of every message.
 *
 * @throws ApiError `unreachable` also when it broke off.
 * @throws DOMException `AbortError` when `signal` gave it up.
 */
export async function exportSession(
  { sessionId, format }: { sessionId: string; format: ExportFormat },
  onProgress: (progress: SessionExportProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { data, response } = await apiClient.GET('/api/chat/sessions/{session_id}/export', {
    params: { path: { session_id: sessionId }, query: { format } },
    parseAs: 'stream',
    signal,
  });
  if (!data) throw ApiError.unreachable();
  const messagesTotal = Number(response.headers.get('X-Total-Messages'));
  const target = targetInBrowser(TYPES[format]);
  const counter = new MarkCounter(MARKS[format]);
  await readDownload(data, {
    signal,
    onPiece: async (piece) => {
      await target.write(piece);
      counter.feed(piece);
      onProgress({ messages: Math.min(counter.count, messagesTotal), messagesTotal });
    },
  });
  await target.close();
  target.save(nameOfDownload(response) ?? `session.${format === 'json' ? 'json' : 'md'}`);
}
