import { AuthClient, isAuthRetryableFetchError } from '@supabase/supabase-js';

import { ApiError } from '@/api/apiError';
import type { PublicConfig } from '@/api/schema';

type Client = InstanceType<typeof AuthClient>;

let client: Client | undefined;

/** Makes the one auth client of this page. Only the auth part of supabase-js is bundled. */
export function startAuthClient(config: PublicConfig): Client {
  const root = config.supabase_url ?? window.location.origin;
  client ??= new AuthClient({
    url: `${root}/auth/v1`,
    headers: { apikey: config.supabase_publishable_key },
    storageKey: 'chat-registry-auth',
    persistSession: true,
    autoRefreshToken: true,
    detectSessionInUrl: true,
  });
  return client;
}

export function authClient(): Client {
  if (!client) throw new Error('startAuthClient() has not run yet.');
  return client;
}

/**
 * The current access token, renewed first when it is about to expire; null when signed out.
 *
 * @throws ApiError `unreachable` when it had to be renewed and no answer came.
 */
export async function accessToken(): Promise<string | null> {
  const { data, error } = await authClient().getSession();
  if (isAuthRetryableFetchError(error)) throw ApiError.unreachable();
  return data.session?.access_token ?? null;
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
