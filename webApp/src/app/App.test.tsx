import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';

import { endSignIn } from '@/api/authClient';
import { addOutgoing, patchOutgoing, useOutbox } from '@/api/turns/outbox';
import { App } from '@/app/App';
import { useChatStore } from '@/stores/useChatStore';
import { dropSignIn, makeSignIn, signInHandlers, storeSignIn } from '@/testing/auth';
import { serveSchedules } from '@/testing/schedules';
import { server } from '@/testing/server';

const ADA = makeSignIn('11111111-1111-4111-8111-111111111111', 'ada@example.org');
const BEN = makeSignIn('22222222-2222-4222-8222-222222222222', 'ben@example.org');

/** Opens the whole app, with the part it loads apart. */
async function openApp() {
  await import('@/app/PaneRoutes');
  render(<App />);
}

/** An empty registry for everybody; returns whose token asked for the list, in order. */
function serveEmptyRegistry(): string[] {
  const askedBy: string[] = [];
  server.use(
    serveSchedules([]),
    http.get('*/api/chat/sessions', ({ request }) => {
      askedBy.push(request.headers.get('Authorization') ?? 'nobody');
      return HttpResponse.json({ sessions: [], next_cursor: null });
    }),
    http.get('*/api/chat/sessions/counts', () =>
      HttpResponse.json({ all: 0, web: 0, telegram: 0, scheduled: 0, limit: 1000 }),
    ),
  );
  return askedBy;
}

function storedText(): string {
  return Object.keys(localStorage)
    .map((key) => localStorage.getItem(key))
    .join();
}

async function signOut() {
  await userEvent.click(await screen.findByRole('button', { name: 'Settings' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
}

async function signInAs(signIn: typeof ADA) {
  server.use(http.post('*/auth/v1/token', () => HttpResponse.json(signIn)));
  await userEvent.type(await screen.findByLabelText('E-mail'), signIn.user.email);
  await userEvent.type(screen.getByLabelText('Password'), 'a long password');
  await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
}

beforeEach(() => {
  useChatStore.setState(useChatStore.getInitialState(), true);
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query === '(min-width: 900px)',
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }));
  window.history.replaceState(null, '', '/new');
  server.use(...signInHandlers);
});

test('signing out leaves no draft, and the next user starts with a cache of their own', async () => {
  const askedBy = serveEmptyRegistry();
  storeSignIn(ADA);
  await openApp();
  await userEvent.type(await screen.findByRole('textbox'), 'Only for me');
  expect(localStorage.getItem('chat-registry')).toContain('Only for me');
  await signOut();

  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(storedText()).not.toContain('Only for me');
  expect(storedText()).not.toContain(ADA.user.email);
  expect(window.location.pathname).toBe('/');
  expect(screen.queryByText(/has ended/)).toBeNull();

  await signInAs(BEN);
  expect(await screen.findByRole('textbox')).toHaveValue('');
  expect(askedBy).toContain(`Bearer ${ADA.access_token}`);
  await expect.poll(() => askedBy.at(-1)).toBe(`Bearer ${BEN.access_token}`);
});

test('signing out asks first while something has not been sent', async () => {
  serveEmptyRegistry();
  storeSignIn(ADA);
  await openApp();
  await screen.findByRole('textbox');
  const written = { sessionId: 's1', content: 'Not to be lost', parentId: null };
  await expect.poll(() => useOutbox.getState().ownerId).toBe(ADA.user.id);
  // Waited for by nobody: its user must do something about it.
  patchOutgoing(addOutgoing({ ...written, startsSession: false }), { problem: 'Too long.' });

  await signOut();
  expect(await screen.findByText('1 message has not been sent.')).toBeVisible();
  await userEvent.click(screen.getByRole('button', { name: 'Stay signed in' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByRole('button', { name: 'Settings' })).toHaveFocus();
  expect(useOutbox.getState().messages).toHaveLength(1);

  await signOut();
  await userEvent.click(await screen.findByRole('button', { name: 'Sign out and discard it' }));
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeVisible();
  expect(useOutbox.getState().messages).toEqual([]);
  expect(storedText()).not.toContain('Not to be lost');
});

test('a sign-in that runs out keeps the draft for the same user', async () => {
  serveEmptyRegistry();
  storeSignIn(ADA);
  await openApp();
  await userEvent.type(await screen.findByRole('textbox'), 'Half a thought');
  await endSignIn();
  expect(await screen.findByText(/Your sign-in has ended/)).toBeVisible();
  await signInAs(ADA);
  expect(await screen.findByRole('textbox')).toHaveValue('Half a thought');
});

test('a sign-in that runs out shows another user nothing of the first', async () => {
  serveEmptyRegistry();
  storeSignIn(ADA);
  await openApp();
  await userEvent.type(await screen.findByRole('textbox'), 'Only for me');
  await endSignIn();
  await signInAs(BEN);
  expect(await screen.findByRole('textbox')).toHaveValue('');
  expect(localStorage.getItem('chat-registry')).not.toContain('Only for me');
});

test('a server that does not answer is said and can be tried again', async () => {
  dropSignIn();
  server.use(http.get('*/api/config', () => new HttpResponse(null, { status: 404 })));
  await openApp();
  expect(await screen.findByText('Could not reach the server.')).toBeVisible();
  server.use(...signInHandlers);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('button', { name: 'Sign in' })).toBeVisible();
});
