import { QueryClient } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';

const MAX_RETRIES = 2;

/** True where the same call may well succeed a moment later. */
function isWorthRetrying(failureCount: number, error: Error): boolean {
  if (failureCount >= MAX_RETRIES || !(error instanceof ApiError)) return false;
  return error.status === 0 || error.status >= 500;
}

/** A cache of its own for each signed-in user. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // navigator.onLine knows nothing about a server on this machine: calls always go out.
      queries: { retry: isWorthRetrying, networkMode: 'always', staleTime: 5_000 },
      mutations: { networkMode: 'always' },
    },
  });
}
