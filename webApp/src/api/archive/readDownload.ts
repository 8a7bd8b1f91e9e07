import { ApiError } from '@/api/apiError';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Reads a file that is downloaded to its end, no faster than `onPiece` takes it.
 *
 * @throws ApiError `unreachable` when it broke off.
 * @throws DOMException `AbortError` when `signal` gave it up.
 */
export async function readDownload(
  body: ReadableStream<Bytes>,
  { onPiece, signal }: { onPiece: (piece: Bytes) => void | Promise<void>; signal: AbortSignal },
): Promise<void> {
  const reader = body.getReader();
  const giveUp = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', giveUp);
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        signal.throwIfAborted();
        throw ApiError.unreachable();
      });
      signal.throwIfAborted();
      if (done) return;
      await onPiece(value);
    }
  } catch (error) {
    giveUp();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

/** The name that the server gives a file. */
export function nameOfDownload(response: Response): string | null {
  const header = response.headers.get('Content-Disposition') ?? '';
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(header)?.[1];
  if (encoded !== undefined) return decodeURIComponent(encoded);
  return /filename="([^"]+)"/.exec(header)?.[1] ?? null;
}
