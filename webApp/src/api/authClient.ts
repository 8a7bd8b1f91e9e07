import { onlineManager } from '@tanstack/react-query';
import { AuthClient, isAuthRetryableFetchError } from '@supabase/supabase-js';

import { ApiError } from '@/api/apiError';
import { fetchInTime } from '@/api/fetchInTime';
import type { PublicConfig } from '@/api/schema';

type Client = InstanceType<typeof AuthClient>;

const STORAGE_KEY = 'chat-registry-auth';

let client: Client | undefined;

/** Makes the one auth client of this page. Only the auth part of supabase-js is bundled. */
export function startAuthClient(config: PublicConfig): Client {
  const root = config.supabase_url ?? window.location.origin;
  client ??= new AuthClient({
    url: `${root}/auth/v1`,
    headers: { apikey: config.supabase_publishable_key },
    storageKey: STORAGE_KEY,
    persistSession: true,
    autoRefreshToken: true,
    detectSessionInUrl: true,
    fetch: fetchInTime,
  });
  return client;
}

export function authClient(): Client {
  if (!client) throw new Error('startAuthClient() has not run yet.');
  return client;
}

interface StoredSignIn {
  user?: { id: string; email?: string };
  /** Seconds since 1970. */
  expires_at?: number;
}

/** Who signed in on this device, though their token may have expired; null when nobody has. */
export function readStoredUser(): { id: string; email: string } | null {
  const { user } = readStoredSignIn();
  return user ? { id: user.id, email: user.email ?? '' } : null;
}

function hasTokenExpired(): boolean {
  const { expires_at: expiresAt = 0 } = readStoredSignIn();
  return expiresAt * 1000 <= Date.now();
}

function readStoredSignIn(): StoredSignIn {
  return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}') as StoredSignIn;
}

/**
 * The current access token, renewed first when it is about to expire.
 *
 * @throws ApiError `unauthorized` when signed out: what is asked for just then is not sent, and not
 *   tried again as whoever signs in next. `unreachable` when it had to be renewed and no answer came.
 */
export async function accessToken(): Promise<string> {
  // Renewing tries for half a minute before it gives up.
  if (!onlineManager.isOnline() && hasTokenExpired()) throw ApiError.unreachable();
  const { data, error } = await authClient().getSession();
  if (isAuthRetryableFetchError(error)) throw ApiError.unreachable();
  if (!data.session) throw ApiError.unauthorized();
  return data.session.access_token;
}

/** A new access token after the server refused the old one; null ends the sign-in. */
export async function renewAccessToken(): Promise<string | null> {
  const { data, error } = await authClient().refreshSession();
  if (isAuthRetryableFetchError(error)) throw ApiError.unreachable();
  return data.session?.access_token ?? null;
}

/** Forgets the sign-in on this device when its token is refused even after renewal. */
export async function endSignIn(): Promise<void> {
  await authClient().signOut({ scope: 'local' });
}
