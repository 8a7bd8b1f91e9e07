import { useState } from 'react';

import { authClient } from '@/api/authClient';
import { describeAuthError } from '@/features/auth/describeAuthError';

export type Mode = 'sign-in' | 'sign-up';

export interface Credentials {
  email: string;
  password: string;
}

type Outcome =
  | { status: 'idle' }
  | { status: 'working' }
  | { status: 'failed'; sentence: string }
  | { status: 'confirm-email'; email: string };

/** Sends the form; success shows itself, because the app then has a signed-in user. */
export function useCredentialsForm() {
  const [mode, setMode] = useState<Mode>('sign-in');
  const [outcome, setOutcome] = useState<Outcome>({ status: 'idle' });

  const submit = async (credentials: Credentials) => {
    setOutcome({ status: 'working' });
    setOutcome(await (mode === 'sign-in' ? signIn(credentials) : signUp(credentials)));
  };
  const switchMode = (next: Mode) => {
    setMode(next);
    setOutcome({ status: 'idle' });
  };
  return { mode, outcome, submit, switchMode };
}

async function signIn(credentials: Credentials): Promise<Outcome> {
  const { error } = await authClient().signInWithPassword(credentials);
  return error ? { status: 'failed', sentence: describeAuthError(error) } : { status: 'idle' };
}

async function signUp(credentials: Credentials): Promise<Outcome> {
  const { data, error } = await authClient().signUp({
    ...credentials,
    options: { emailRedirectTo: window.location.origin },
  });
  if (error) return { status: 'failed', sentence: describeAuthError(error) };
  // Hosted projects confirm the address first: an account, but no session yet.
  if (!data.session) return { status: 'confirm-email', email: credentials.email };
  return { status: 'idle' };
}
