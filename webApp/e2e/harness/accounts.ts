import type { Page } from '@playwright/test';

import type { Stack } from '#e2e/harness/stack.ts';

export interface Account {
  id: string;
  email: string;
  password: string;
  /** What the auth client keeps in storage after signing in. */
  signIn: unknown;
}

/**
 * An account of its own for a test, signed up at the auth API itself: chatServer, which the web app
 * goes through, gives up after some seconds, and a busy machine may need more.
 */
export async function signUp(stack: Stack, name = 'user'): Promise<Account> {
  const email = `${name}-${crypto.randomUUID()}@example.org`;
  const password = 'correct horse battery staple';
  const response = await fetch(`${stack.supabase_url}/auth/v1/signup`, {
    method: 'POST',
    headers: { apikey: stack.publishable_key, 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  if (!response.ok) throw new Error(`Signing up answered ${response.status}.`);
  const signIn = (await response.json()) as { user: { id: string } };
  return { id: signIn.user.id, email, password, signIn };
}

/** Opens the app as somebody who signed in before; auth.spec.ts goes through the page itself. */
export async function openSignedIn(page: Page, account: Account, path = '/'): Promise<void> {
  await page.addInitScript((signIn) => {
    // Only once: signing out must last over a reload.
    if (sessionStorage.getItem('e2e-signed-in')) return;
    sessionStorage.setItem('e2e-signed-in', 'yes');
    localStorage.setItem('chat-registry-auth', JSON.stringify(signIn));
  }, account.signIn);
  await page.goto(path);
}
