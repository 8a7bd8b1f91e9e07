import { ApiError, readApiError } from '@/api/apiError';
import { asResponse } from '@/api/asResponse';
import { accessToken, endSignIn, renewAccessToken } from '@/api/authClient';
import type { Attachment } from '@/api/schema';

/** A connection on which nothing moves for so long is dead. */
const SILENCE_MS = 60_000;

interface NewAttachment {
  sessionId: string;
  file: File;
  filename: string;
  /** Told how much has been sent, from 0 to 1. */
  onProgress: (progress: number) => void;
}

/**
 * Uploads a file to a session. A 401 renews the token and tries once more, as `authorizedFetch`
 * does; `fetch` itself tells no browser but Chromium how far it is.
 *
 * @throws ApiError for everything that can be refused; `unreachable` when no answer came.
 * @throws DOMException `AbortError` when `signal` gave it up.
 */
export async function postAttachment(
  upload: NewAttachment,
  signal: AbortSignal,
): Promise<Attachment> {
  let response = await post(upload, await accessToken(), signal);
  if (response.status === 401) {
    const renewed = await renewAccessToken();
    if (renewed !== null) response = await post(upload, renewed, signal);
    if (response.status === 401) await endSignIn();
  }
  if (!response.ok) throw await readApiError(response);
  return (await response.json()) as Attachment;
}

function post(
  { sessionId, file, filename, onProgress }: NewAttachment,
  token: string,
  signal: AbortSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const giveUp = () => request.abort();
    let timer = setTimeout(giveUp, SILENCE_MS);
    request.open('POST', `/api/chat/sessions/${encodeURIComponent(sessionId)}/attachments`);
    request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, SILENCE_MS);
      if (total > 0) onProgress(loaded / total);
    };
    request.onload = () => resolve(asResponse(request));
    request.onerror = () => reject(ApiError.unreachable());
    request.onabort = () =>
      reject(signal.aborted ? new DOMException('Given up.', 'AbortError') : ApiError.unreachable());
    request.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    signal.addEventListener('abort', giveUp);
    const form = new FormData();
    form.append('file', file, filename);
    request.send(form);
  });
}
