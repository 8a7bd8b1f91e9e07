import { createContext, use } from 'react';

import { ApiError, readApiError } from '@/api/apiError';
import { noteUnreachable } from '@/api/reachability';
import type { PublicConfig } from '@/api/schema';

const STORAGE_KEY = 'chat-registry-config';
/** With the answer of an earlier visit at hand nobody has to wait for a server that says nothing. */
const LONGEST_WAIT_MS = 3_000;

/**
 * Reads what the app must know before anyone signs in; without the server as it was in an earlier
 * visit.
 */
export async function fetchPublicConfig(): Promise<PublicConfig> {
  const kept = readKept();
  const waiting = kept && { signal: AbortSignal.timeout(LONGEST_WAIT_MS) };
  const response = await fetch('/api/config', waiting ?? {}).catch(() => null);
  if (response === null) {
    noteUnreachable();
    if (kept) return kept;
    throw ApiError.unreachable();
  }
  if (!response.ok) throw await readApiError(response);
  const config = (await response.json()) as PublicConfig;
  localStorage.setItem(STORAGE_KEY, JSON.stringify(config));
  return config;
}

function readKept(): PublicConfig | null {
  const json = localStorage.getItem(STORAGE_KEY);
  return json === null ? null : (JSON.parse(json) as PublicConfig);
}

export const PublicConfigContext = createContext<PublicConfig | null>(null);

export function usePublicConfig(): PublicConfig {
  const config = use(PublicConfigContext);
  if (!config) throw new Error('usePublicConfig() needs a PublicConfigContext above it.');
  return config;
}
