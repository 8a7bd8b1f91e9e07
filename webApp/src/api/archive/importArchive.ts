import { ApiError, readApiError } from '@/api/apiError';
import { asResponse } from '@/api/asResponse';
import { accessToken, endSignIn, renewAccessToken } from '@/api/authClient';
import { type ImportProgress, type ImportResult, readImport } from '@/api/archive/readImport';

/** A connection on which nothing moves for so long is dead; the server beats every 15 s. */
const SILENCE_MS = 60_000;

/** While it is checked the server says nothing, and two others may be before it. */
const CHECK_MS = 15 * 60_000;

interface Archive {
  content: Blob;
  onProgress: (progress: ImportProgress) => void;
}

/**
 * Sends an archive and waits until it has been stored. `fetch` tells no browser but Chromium how
 * much it has sent; the browser reads the file while it sends it.
 *
 * @throws ApiError when it was refused, and then nothing was imported, or when it broke off.
 * @throws DOMException `AbortError` when `signal` gave it up.
 */
export async function importArchive(archive: Archive, signal: AbortSignal): Promise<ImportResult> {
  let answer = await post(archive, await accessToken(), signal);
  if (answer instanceof Response && answer.status === 401) {
    const renewed = await renewAccessToken();
    if (renewed !== null) answer = await post(archive, renewed, signal);
    if (answer instanceof Response && answer.status === 401) await endSignIn();
  }
  if (answer instanceof Response) throw await readApiError(answer);
  return answer;
}

/** The result, or the answer that refused the archive. */
function post(
  { content, onProgress }: Archive,
  token: string | null,
  signal: AbortSignal,
): Promise<ImportResult | Response> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const giveUp = () => request.abort();
    let timer = setTimeout(giveUp, SILENCE_MS);
    const waitFor = (milliseconds: number) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, milliseconds);
    };
    const events = readImport(onProgress);
    request.open('POST', '/api/chat/import');
    request.setRequestHeader('Content-Type', 'application/zip');
    if (token !== null) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => {
      waitFor(SILENCE_MS);
      onProgress({ step: 'sending', sent: loaded, total });
    };
    request.upload.onload = () => {
      waitFor(CHECK_MS);
      onProgress({ step: 'checking' });
    };
    request.onprogress = () => {
      waitFor(SILENCE_MS);
      if (request.status === 200) events.feed(request.responseText);
    };
    request.onload = () => {
      if (request.status !== 200) {
        resolve(asResponse(request));
        return;
      }
      events.feed(request.responseText);
      if (events.result) resolve(events.result);
      else reject(ApiError.unreachable());
    };
    request.onerror = () => reject(ApiError.unreachable());
    request.onabort = () =>
      reject(signal.aborted ? new DOMException('Given up.', 'AbortError') : ApiError.unreachable());
    request.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    signal.addEventListener('abort', giveUp);
    request.send(content);
  });
}
