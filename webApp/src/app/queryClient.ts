import { QueryClient } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';

const MAX_RETRIES = 2;

/** True where the same call may well succeed a moment later. */
function isWorthRetrying(failureCount: number, error: Error): boolean {
  if (failureCount >= MAX_RETRIES || !(error instanceof ApiError)) return false;
  return error.status === 0 || error.status >= 500;
}

/** A cache; each signed-in user has one of their own. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // What is asked for goes out whatever is thought of the network; what cannot be answered is
      // told, and asked for again when the server is back.
      queries: {
        retry: isWorthRetrying,
        networkMode: 'always',
        refetchOnReconnect: true,
        staleTime: 5_000,
      },
      mutations: { networkMode: 'always' },
    },
  });
}
