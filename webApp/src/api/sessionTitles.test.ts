import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';

import { queryKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import { findSession, placeSession, type SessionList } from '@/api/sessionListCache';
import { isMakingTitle, requestTitle } from '@/api/sessionTitles';
import { toastAction, toastError } from '@/lib/toast';
import { PATIENCE_MS } from '@/testing/patience';
import { makeTestQueryClient } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { makeSession } from '@/testing/sessions';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));
vi.mock('@/lib/toast', () => ({ toastAction: vi.fn(), toastError: vi.fn() }));

const PATH = '*/api/chat/sessions/:id/regenerate-title';
const queryClient = makeTestQueryClient();
let session: Session;

beforeEach(() => {
  vi.clearAllMocks();
  queryClient.clear();
  session = makeSession({ title: 'Hello', title_source: 'generated', version: 5 });
  queryClient.setQueryData<SessionList>(queryKeys.sessionList(null), {
    pages: [{ sessions: [session], next_cursor: null }],
    pageParams: [null],
  });
  server.use(
    http.post(PATH, () =>
      HttpResponse.json({ ...session, title_status: 'waiting', version: 6 }, { status: 202 }),
    ),
  );
});

const shown = () => findSession(queryClient, session.session_id);

test('a title is waited for until the feed brings it, without a word', async () => {
  const requested = requestTitle(queryClient, session);
  await vi.waitFor(() => expect(shown()).toSatisfy(isMakingTitle), PATIENCE_MS);
  expect(shown()?.title).toBe('Hello');
  const made = { ...session, title: 'Tomatoes', title_status: null, version: 7 };
  queryClient.setQueryData(queryKeys.session(session.session_id), made);
  await requested;
  expect(shown()?.title).toBe('Tomatoes');
  expect(toastAction).not.toHaveBeenCalled();
  expect(toastError).not.toHaveBeenCalled();
});

test('a title that could not be made is said, and asked for again', async () => {
  const requested = requestTitle(queryClient, session);
  await vi.waitFor(() => expect(shown()).toSatisfy(isMakingTitle), PATIENCE_MS);
  const failed = { ...session, title_status: 'failed' as const, version: 7 };
  queryClient.setQueryData(queryKeys.session(session.session_id), failed);
  placeSession(queryClient, failed);
  await requested;
  expect(toastAction).toHaveBeenCalledWith(
    'No title could be made for “Hello”.',
    expect.objectContaining({ label: 'Try again' }),
  );
});

test('a refusal is said and the title stays', async () => {
  server.use(
    http.post(PATH, () =>
      HttpResponse.json(
        { status: 409, code: 'title_set_by_user', title: 'No', detail: 'It is your own.' },
        { status: 409 },
      ),
    ),
  );
  await requestTitle(queryClient, session);
  expect(toastError).toHaveBeenCalledWith(expect.stringContaining('The title is as it was.'));
  expect(shown()?.title_status).toBeUndefined();
});
