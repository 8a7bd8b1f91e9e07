import { ApiError } from '@/api/apiError';
import { endsArchive, readManifest } from '@/api/archive/archiveManifest';
import type { DownloadTarget } from '@/api/archive/downloadTarget';
import { MarkCounter } from '@/api/archive/MarkCounter';
import { nameOfDownload, readDownload } from '@/api/archive/readDownload';
import { apiClient } from '@/api/client';

export interface ExportProgress {
  sessions: number;
  /** How many there were when it began. */
  sessionsTotal: number;
  bytes: number;
}

export interface ExportResult {
  sessions: number;
  messages: number;
  bytes: number;
  /** The names of files that the storage had lost, and that are not in it. */
  missing: string[];
}

/** The name of each session's file begins so, and stands before it and once more at the end. */
const FOLDER = 'sessions/';

/** As much of the end of an archive as tells that it is whole. */
const TAIL_BYTES = 22;

/**
 * Downloads everything as one archive and keeps it; nothing is kept of one that broke off.
 *
 * @throws ApiError `unreachable` also when the archive broke off.
 * @throws DOMException `AbortError` when `signal` gave it up; another one when the browser could
 *   not write it.
 */
export async function exportArchive(
  target: DownloadTarget,
  onProgress: (progress: ExportProgress) => void,
  signal: AbortSignal,
): Promise<ExportResult> {
  try {
    const response = await download(target, onProgress, signal);
    const archive = await target.close();
    const manifest = await readManifest(archive);
    if (!manifest) throw ApiError.unreachable();
    target.save(nameOfDownload(response) ?? 'chat-registry.zip');
    const { sessions, messages, missing = [] } = manifest;
    const names = missing.map(({ filename }) => filename);
    return { sessions, messages, bytes: archive.size, missing: names };
  } catch (error) {
    await target.discard();
    throw error;
  }
}

async function download(
  target: DownloadTarget,
  onProgress: (progress: ExportProgress) => void,
  signal: AbortSignal,
): Promise<Response> {
  const { data, response } = await apiClient.GET('/api/chat/export', {
    parseAs: 'stream',
    signal,
  });
  if (!data) throw ApiError.unreachable();
  const sessionsTotal = Number(response.headers.get('X-Total-Sessions'));
  const counter = new MarkCounter(FOLDER);
  let tail = new Uint8Array();
  let bytes = 0;
  onProgress({ sessions: 0, sessionsTotal, bytes });
  await readDownload(data, {
    signal,
    onPiece: async (piece) => {
      await target.write(piece);
      counter.feed(piece);
      tail = lastBytes(tail, piece);
      bytes += piece.length;
      // The last one that was begun is on its way.
      const sessions = Math.min(Math.max(0, counter.count - 1), sessionsTotal);
      onProgress({ sessions, sessionsTotal, bytes });
    },
  });
  if (!endsArchive(tail)) throw ApiError.unreachable();
  return response;
}

function lastBytes(tail: Uint8Array<ArrayBuffer>, piece: Uint8Array<ArrayBuffer>) {
  if (piece.length >= TAIL_BYTES) return piece.slice(-TAIL_BYTES);
  const bytes = new Uint8Array(tail.length + piece.length);
  bytes.set(tail);
  bytes.set(piece, tail.length);
  return bytes.slice(-TAIL_BYTES);
}
