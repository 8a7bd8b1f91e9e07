import { http, HttpResponse } from 'msw';

import type { PublicConfig } from '@/api/schema';

export const CONFIG: PublicConfig = {
  supabase_url: null,
  supabase_publishable_key: 'sb_publishable_test',
  is_demo_model: true,
  chat_model: 'demo',
  message_max_bytes: 65_536,
  import_max_bytes: 2 ** 31,
};

/** What the auth API answers with when somebody signs in. */
export function makeSignIn(userId: string, email: string) {
  return {
    access_token: `token-of-${email}`,
    refresh_token: `refresh-of-${email}`,
    token_type: 'bearer',
    expires_in: 3600,
    expires_at: Math.floor(Date.now() / 1000) + 3600,
    user: { id: userId, email, aud: 'authenticated', app_metadata: {}, user_metadata: {} },
  };
}

/** Signs a user in as a stored sign-in would, before the auth client starts. */
export function storeSignIn(signIn: ReturnType<typeof makeSignIn>): void {
  localStorage.setItem('chat-registry-auth', JSON.stringify(signIn));
}

/** Forgets it, for tests of the way there. */
export function dropSignIn(): void {
  localStorage.removeItem('chat-registry-auth');
}

/** The addresses every test of the whole app needs. */
export const signInHandlers = [
  http.get('*/api/config', () => HttpResponse.json(CONFIG)),
  http.post('*/auth/v1/logout', () => new HttpResponse(null, { status: 204 })),
];
