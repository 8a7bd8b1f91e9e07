import createClient, { type Middleware } from 'openapi-fetch';

import { ApiError, readApiError } from '@/api/apiError';
import { authorizedFetch } from '@/api/authorizedFetch';
import type { paths } from '@/api/schema.gen';

const throwApiErrors: Middleware = {
  async onResponse({ response }) {
    // Nothing new is an answer too.
    if (!response.ok && response.status !== 304) throw await readApiError(response);
  },
};

/** Every JSON call of the app; an answer that is not 2xx rejects with an `ApiError`. */
export const apiClient = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: authorizedFetch,
});
apiClient.use(throwApiErrors);

/** The body of a successful call. */
export function dataOf<Data>(result: { data?: Data }): Data {
  if (result.data === undefined) {
    throw new ApiError({ code: 'unexpected', status: 200, detail: 'The answer had no body.' });
  }
  return result.data;
}
