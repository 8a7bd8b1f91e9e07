import { ApiError } from '@/api/apiError';
import { accessToken, endSignIn, renewAccessToken } from '@/api/authClient';
import { fetchInTime } from '@/api/fetchInTime';
import { noteReachable, noteUnreachable } from '@/api/reachability';

/** What a proxy answers with when the server behind it is down. */
const GATEWAY_FAILURES = [502, 504];

/**
 * `fetch` with the user's token. A 401 renews the token and tries once more; refused again, the
 * sign-in ends and the 401 is returned.
 *
 * @throws ApiError `unreachable` when no answer came, or none in time; `unauthorized` when nobody is
 *   signed in, and nothing was sent.
 */
export async function authorizedFetch(request: Request): Promise<Response> {
  const secondTry = request.clone();
  const response = await send(request, await accessToken());
  if (response.status !== 401) return response;
  const renewed = await renewAccessToken();
  const answer = renewed === null ? response : await send(secondTry, renewed);
  if (answer.status === 401) await endSignIn();
  return answer;
}

async function send(request: Request, token: string): Promise<Response> {
  request.headers.set('Authorization', `Bearer ${token}`);
  const response = await fetchInTime(request).catch((error: unknown) => {
    // Given up by the caller, who knows why.
    if (request.signal.aborted) throw error;
    return null;
  });
  if (response === null || GATEWAY_FAILURES.includes(response.status)) {
    noteUnreachable();
    throw ApiError.unreachable();
  }
  if (response.ok) noteReachable();
  return response;
}
