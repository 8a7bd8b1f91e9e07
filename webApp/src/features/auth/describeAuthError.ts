import { type AuthError, isAuthRetryableFetchError } from '@supabase/supabase-js';

const SENTENCES: Record<string, string> = {
  invalid_credentials: 'This e-mail and password do not match.',
  email_not_confirmed: 'Open the link in our e-mail first.',
  user_already_exists: 'This e-mail already has an account.',
  email_exists: 'This e-mail already has an account.',
  email_address_invalid: 'That is not an e-mail address.',
  validation_failed: 'That is not an e-mail address.',
  signup_disabled: 'New accounts are switched off here.',
  email_provider_disabled: 'Signing in with e-mail is switched off here.',
  user_banned: 'This account is closed.',
  over_request_rate_limit: 'Too many tries. Wait a minute.',
  over_email_send_rate_limit: 'Too many e-mails. Wait a while.',
};

/** What went wrong with signing in or up, in words for the person who tried. */
export function describeAuthError(error: AuthError): string {
  if (isAuthRetryableFetchError(error)) return 'Could not reach the server. Try again.';
  // The server's own sentence says which rule of its password policy was missed.
  if (error.code === 'weak_password') return error.message;
  return SENTENCES[error.code ?? ''] ?? 'That did not work. Try again in a moment.';
}
