import { createContext, use } from 'react';

import { ApiError, readApiError } from '@/api/apiError';
import type { PublicConfig } from '@/api/schema';

/** Reads what the app must know before anyone signs in. */
export async function fetchPublicConfig(): Promise<PublicConfig> {
  const response = await fetch('/api/config').catch(() => {
    throw ApiError.unreachable();
  });
  if (!response.ok) throw await readApiError(response);
  return (await response.json()) as PublicConfig;
}

export const PublicConfigContext = createContext<PublicConfig | null>(null);

export function usePublicConfig(): PublicConfig {
  const config = use(PublicConfigContext);
  if (!config) throw new Error('usePublicConfig() needs a PublicConfigContext above it.');
  return config;
}
