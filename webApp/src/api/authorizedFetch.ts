import { ApiError } from '@/api/apiError';
import { accessToken, endSignIn, renewAccessToken } from '@/api/authClient';

/**
 * `fetch` with the user's token. A 401 renews the token and tries once more; refused again, the
 * sign-in ends and the 401 is returned.
 *
 * @throws ApiError `unreachable` when no answer came.
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

async function send(request: Request, token: string | null): Promise<Response> {
  if (token !== null) request.headers.set('Authorization', `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    // Given up by the caller, who knows why.
    if (request.signal.aborted) throw error;
    throw ApiError.unreachable();
  }
}
