import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, describe, expect, test } from 'vitest';

import { startAuthClient } from '@/api/authClient';
import { SignInPage } from '@/features/auth/SignInPage';
import { CONFIG, makeSignIn } from '@/testing/auth';
import { server } from '@/testing/server';

beforeEach(() => void startAuthClient(CONFIG));

async function fillAndSubmit(submit: string) {
  await userEvent.type(screen.getByLabelText('E-mail'), ' ada@example.org ');
  await userEvent.type(screen.getByLabelText('Password'), 'a long password');
  await userEvent.click(screen.getByRole('button', { name: submit }));
}

function refuse(status: number, code: string) {
  server.use(
    http.post('*/auth/v1/:action', () =>
      HttpResponse.json({ code: status, error_code: code, msg: 'from the server' }, { status }),
    ),
  );
}

describe('a refused sign-in', () => {
  test.each([
    [400, 'invalid_credentials', 'This e-mail and password do not match.'],
    [400, 'email_not_confirmed', 'Open the link in our e-mail first.'],
    [429, 'over_request_rate_limit', 'Too many tries. Wait a minute.'],
    [422, 'weak_password', 'from the server'],
    [400, 'something_new', 'That did not work. Try again in a moment.'],
  ])('%i %s: %s', async (status, code, sentence) => {
    refuse(status, code);
    render(<SignInPage hasSignInEnded={false} />);
    await fillAndSubmit('Sign in');
    expect(await screen.findByText(sentence)).toBeVisible();
    expect(screen.getByLabelText('E-mail')).toHaveValue('ada@example.org');
    expect(screen.getByLabelText('Password')).toHaveValue('a long password');
  });
});

test('without an answer it says that the server could not be reached', async () => {
  server.use(http.post('*/auth/v1/token', () => HttpResponse.error()));
  render(<SignInPage hasSignInEnded={false} />);
  await fillAndSubmit('Sign in');
  expect(await screen.findByText('Could not reach the server. Try again.')).toBeVisible();
});

test('while it works it says so and sends nothing twice', async () => {
  const answer = Promise.withResolvers<undefined>();
  let calls = 0;
  server.use(
    http.post('*/auth/v1/token', async () => {
      calls += 1;
      await answer.promise;
      return HttpResponse.json(makeSignIn('u', 'ada@example.org'));
    }),
  );
  render(<SignInPage hasSignInEnded={false} />);
  await fillAndSubmit('Sign in');
  await userEvent.click(await screen.findByRole('button', { name: 'Signing in…' }));
  answer.resolve(undefined);
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(calls).toBe(1);
});

test('changing one’s mind about the account keeps what was typed', async () => {
  render(<SignInPage hasSignInEnded={false} />);
  await userEvent.type(screen.getByLabelText('E-mail'), 'ada@example.org');
  await userEvent.click(screen.getByRole('button', { name: 'Create an account' }));
  expect(screen.getByLabelText('E-mail')).toHaveValue('ada@example.org');
  expect(screen.getByLabelText('Password')).toHaveAttribute('autocomplete', 'new-password');
});

test('where the address has to be confirmed it says which e-mail to open', async () => {
  const { user } = makeSignIn('u', 'ada@example.org');
  server.use(http.post('*/auth/v1/signup', () => HttpResponse.json(user)));
  render(<SignInPage hasSignInEnded={false} />);
  await userEvent.click(screen.getByRole('button', { name: 'Create an account' }));
  await fillAndSubmit('Create account');
  expect(await screen.findByText('ada@example.org')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Back to sign in' }));
  expect(screen.getByRole('button', { name: 'Sign in' })).toBeVisible();
});

test('a sign-in that ran out says that nothing typed is lost', () => {
  render(<SignInPage hasSignInEnded />);
  expect(screen.getByText(/what you had typed is kept/)).toBeVisible();
});
