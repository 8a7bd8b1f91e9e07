import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ApiError } from '@/api/apiError';
import { startAuthClient } from '@/api/authClient';
import { apiClient, dataOf } from '@/api/client';
import { CONFIG, makeSignIn } from '@/testing/auth';
import { server } from '@/testing/server';
import { makeSession } from '@/testing/sessions';

const COUNTS = { all: 3, web: 1, telegram: 1, scheduled: 1, limit: 1000 };
const USER = '11111111-1111-4111-8111-111111111111';

function getCounts() {
  return apiClient.GET('/api/chat/sessions/counts').then(dataOf);
}

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error('The call did not fail as it should.');
  return error;
}

const unauthorized = () =>
  HttpResponse.json(
    { type: 'about:blank', title: 'x', status: 401, code: 'unauthorized', detail: 'x' },
    { status: 401, headers: { 'Content-Type': 'application/problem+json' } },
  );

afterEach(() => vi.useRealTimers());

beforeEach(async () => {
  const auth = startAuthClient(CONFIG);
  server.use(
    http.post('*/auth/v1/token', ({ request }) =>
      HttpResponse.json(
        makeSignIn(USER, request.url.includes('refresh_token') ? 'renewed' : 'first'),
      ),
    ),
  );
  await auth.signInWithPassword({ email: 'ada@example.org', password: 'x' });
});

describe('a call', () => {
  test('carries the token of who is signed in', async () => {
    let header: string | null = null;
    server.use(
      http.get('*/counts', ({ request }) => {
        header = request.headers.get('Authorization');
        return HttpResponse.json(COUNTS);
      }),
    );
    expect(await getCounts()).toEqual(COUNTS);
    expect(header).toBe('Bearer token-of-first');
  });

  test('keeps a colon in a session id apart from the address', async () => {
    let path = '';
    server.use(
      http.get('*/api/chat/sessions/:id', ({ request }) => {
        path = new URL(request.url).pathname;
        return HttpResponse.json(makeSession());
      }),
    );
    await apiClient.GET('/api/chat/sessions/{session_id}', {
      params: { path: { session_id: 'telegram:42/7' } },
    });
    expect(decodeURIComponent(path)).toBe('/api/chat/sessions/telegram:42/7');
    expect(path).toContain('42%2F7');
  });

  test('that is refused becomes an ApiError with its code and fields', async () => {
    const errors = [{ field: 'limit', message: 'must be at most 200' }];
    server.use(
      http.get('*/counts', () =>
        HttpResponse.json(
          {
            type: 'about:blank',
            title: 'x',
            status: 422,
            code: 'validation_failed',
            detail: 'No.',
            errors,
          },
          { status: 422, headers: { 'Content-Type': 'application/problem+json' } },
        ),
      ),
    );
    const error = await failureOf(getCounts());
    expect(error).toMatchObject({ status: 422, code: 'validation_failed', message: 'No.' });
    expect(error.fieldProblems).toEqual(errors);
  });

  test('answered in plain text by something in between is an unexpected ApiError', async () => {
    server.use(
      http.get('*/counts', () =>
        HttpResponse.text('Busy', { status: 503, headers: { 'Retry-After': '7' } }),
      ),
    );
    expect(await failureOf(getCounts())).toMatchObject({
      status: 503,
      code: 'unexpected',
      retryAfterSeconds: 7,
    });
  });

  test.each([
    ['without an answer', () => HttpResponse.error()],
    ['with a gateway in place of the server', () => new HttpResponse(null, { status: 502 })],
  ])('%s is unreachable', async (_, answer) => {
    server.use(http.get('*/counts', answer));
    expect(await failureOf(getCounts())).toMatchObject({ status: 0, code: 'unreachable' });
  });

  test('that nobody answers is given up as unreachable', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const arrived = new Promise<void>((resolve) => {
      server.use(
        http.get('*/counts', () => {
          resolve();
          return new Promise<never>(() => undefined);
        }),
      );
    });
    const failure = failureOf(getCounts());
    await arrived;
    vi.advanceTimersByTime(30_000);
    expect(await failure).toMatchObject({ status: 0, code: 'unreachable' });
  });

  test('whose answer has begun is not limited in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.use(http.get('*/counts', () => HttpResponse.json(COUNTS)));
    await apiClient.GET('/api/chat/sessions/counts', { parseAs: 'stream' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that is given up stays an AbortError', async () => {
    server.use(http.get('*/counts', () => HttpResponse.json(COUNTS)));
    const call = apiClient.GET('/api/chat/sessions/counts', { signal: AbortSignal.abort() });
    await expect(call).rejects.toHaveProperty('name', 'AbortError');
  });
});

test('a call of somebody who has signed out is not sent', async () => {
  await startAuthClient(CONFIG).signOut({ scope: 'local' });
  // Whatever is sent fails the test: there is no handler for it.
  expect(await failureOf(getCounts())).toMatchObject({ status: 401, code: 'unauthorized' });
});

describe('a refused token', () => {
  test('is renewed once, and the call repeated with its body', async () => {
    const tries: [string | null, unknown][] = [];
    server.use(
      http.post('*/api/chat/sessions', async ({ request }) => {
        const token = request.headers.get('Authorization');
        tries.push([token, await request.json()]);
        if (token !== 'Bearer token-of-renewed') return unauthorized();
        return HttpResponse.json(makeSession({ title: 'Made' }), { status: 201 });
      }),
    );
    const body = { title: 'Made' };
    const session = dataOf(await apiClient.POST('/api/chat/sessions', { body }));
    expect(session.title).toBe('Made');
    expect(tries).toEqual([
      ['Bearer token-of-first', body],
      ['Bearer token-of-renewed', body],
    ]);
  });

  test('that is refused after renewal ends the sign-in', async () => {
    server.use(
      http.get('*/counts', unauthorized),
      http.post('*/auth/v1/logout', () => new HttpResponse(null, { status: 204 })),
    );
    expect(await failureOf(getCounts())).toMatchObject({ status: 401 });
    const { data } = await startAuthClient(CONFIG).getSession();
    expect(data.session).toBeNull();
  });

  test('that cannot be renewed for want of an answer keeps the sign-in', async () => {
    server.use(
      http.get('*/counts', unauthorized),
      http.post('*/auth/v1/token', () => {
        // The auth client itself tries for half a minute before it gives up.
        vi.setSystemTime(Date.now() + 60_000);
        return HttpResponse.error();
      }),
    );
    vi.useFakeTimers({ toFake: ['Date'] });
    expect(await failureOf(getCounts())).toMatchObject({ code: 'unreachable' });
    const { data } = await startAuthClient(CONFIG).getSession();
    expect(data.session).not.toBeNull();
  });
});
