import { onlineManager, type QueryClient } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { type PendingChange, showChanges } from '@/api/pendingChanges';
import { mutationKeys, queryKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import { setChangeDefaults } from '@/api/changeDefaults';
import { changeSession, deleteSession } from '@/api/sessionChanges';
import { findListedSession, type SessionList } from '@/api/sessionListCache';
import { describeSuperseded } from '@/api/supersededFields';
import { toastAction, toastError } from '@/lib/toast';
import { makeTestQueryClient } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { makeSession, makeSessions } from '@/testing/sessions';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));
vi.mock('@/lib/toast', () => ({ toastAction: vi.fn(), toastError: vi.fn() }));

let queryClient: QueryClient;
let session: Session;
let requestIds: (string | undefined)[];

beforeEach(() => {
  requestIds = [];
  vi.clearAllMocks();
  queryClient = makeTestQueryClient();
  queryClient.mount();
  setChangeDefaults(queryClient);
  session = makeSession({ title: 'Letter', version: 5 });
  queryClient.setQueryData<SessionList>(queryKeys.sessionList(null), {
    pages: [{ sessions: [session], next_cursor: null }],
    pageParams: [null],
  });
});

afterEach(() => {
  onlineManager.setOnline(true);
  queryClient.unmount();
});

interface Patch {
  title?: string;
  archived?: boolean;
  base_version: number;
  client_request_id?: string;
}

/** Answers every change; what arrives is written down. */
function servePatches(superseded: object = {}): Patch[] {
  const arrived: Patch[] = [];
  server.use(
    http.patch('*/api/chat/sessions/:id', async ({ request }) => {
      const { base_version, client_request_id, ...change } = (await request.json()) as Patch;
      requestIds.push(client_request_id);
      arrived.push({ ...change, base_version });
      const version = 5 + arrived.length;
      return HttpResponse.json({ ...session, ...change, version, superseded });
    }),
  );
  return arrived;
}

const listed = () => findListedSession(queryClient, session.session_id);
const pending = () =>
  queryClient.getMutationCache().findAll({ mutationKey: mutationKeys.all, status: 'pending' });
const isSettled = () => expect.poll(() => pending().length).toBe(0);

describe('changeSession', () => {
  test('waits while the server is out of reach, and goes out in order when it is back', async () => {
    const arrived = servePatches();
    onlineManager.setOnline(false);
    changeSession(queryClient, session, { title: 'First' });
    changeSession(queryClient, session, { title: 'Second' });
    expect(pending().map(({ state }) => state.isPaused)).toEqual([true, true]);
    expect(arrived).toEqual([]);
    onlineManager.setOnline(true);
    await isSettled();
    // The second names the version of the first: that was no other device's doing.
    expect(arrived).toEqual([
      { title: 'First', base_version: 5 },
      { title: 'Second', base_version: 6 },
    ]);
    expect(listed()).toMatchObject({ title: 'Second', version: 7 });
    expect(new Set(requestIds).size).toBe(2);
  });

  test('names one request however often it is sent', async () => {
    const arrived = servePatches();
    let answers = 0;
    server.use(
      http.patch('*/api/chat/sessions/:id', async ({ request }) => {
        answers += 1;
        if (answers > 1) return undefined;
        requestIds.push(((await request.clone().json()) as Patch).client_request_id);
        return HttpResponse.error();
      }),
    );
    changeSession(queryClient, session, { title: 'First' });
    await expect.poll(() => arrived.length).toBe(1);
    await isSettled();
    expect(requestIds).toEqual([requestIds[0], requestIds[0]]);
    expect(requestIds[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('does not take a title that another device gave meanwhile for its own', async () => {
    const arrived = servePatches();
    const other = { ...session, title: 'From elsewhere', version: 9, superseded: {} };
    server.use(
      http.patch('*/api/chat/sessions/:id', () => HttpResponse.json(other), { once: true }),
    );
    changeSession(queryClient, session, { title: 'First' });
    changeSession(queryClient, session, { title: 'Second' });
    await isSettled();
    expect(arrived).toEqual([{ title: 'Second', base_version: 5 }]);
  });

  test('leaves nothing behind of what the server refuses', async () => {
    const problem = { code: 'validation_failed', status: 422, detail: 'No.' };
    server.use(
      http.patch('*/api/chat/sessions/:id', () => HttpResponse.json(problem, { status: 422 })),
    );
    changeSession(queryClient, session, { archived: true });
    await isSettled();
    expect(listed()).toEqual(session);
    expect(toastError).toHaveBeenCalledWith(
      'The server could not answer this. The session is as it was.',
    );
    expect(toastAction).not.toHaveBeenCalled();
  });

  test('on a session that is gone takes its row away and says why', async () => {
    const problem = { code: 'session_not_found', status: 404, detail: 'None.' };
    server.use(
      http.patch('*/api/chat/sessions/:id', () => HttpResponse.json(problem, { status: 404 })),
    );
    changeSession(queryClient, session, { archived: true });
    await isSettled();
    expect(listed()).toBeUndefined();
    expect(toastError).toHaveBeenCalledWith('“Letter” was deleted on another device.');
  });

  test('offers to take back what it replaced', async () => {
    const arrived = servePatches({ title: 'Theirs' });
    changeSession(queryClient, session, { title: 'Mine' });
    await isSettled();
    const [sentence, action] = vi.mocked(toastAction).mock.calls[0] ?? [];
    expect(sentence).toBe('It had just been renamed “Theirs” elsewhere.');
    action?.onAction();
    await isSettled();
    expect(arrived.at(-1)).toEqual({ title: 'Theirs', base_version: 6 });
  });

  test('offers to undo archiving only once it has been done', async () => {
    servePatches();
    changeSession(queryClient, session, { archived: true });
    expect(toastAction).not.toHaveBeenCalled();
    await isSettled();
    expect(toastAction).toHaveBeenCalledExactlyOnceWith(
      '“Letter” is in the archive.',
      expect.objectContaining({ label: 'Undo' }),
    );
    expect(listed()).toBeUndefined();
  });
});

test('a deletion that finds nothing counts as done', async () => {
  const problem = { code: 'session_not_found', status: 404, detail: 'None.' };
  server.use(
    http.delete('*/api/chat/sessions/:id', () => HttpResponse.json(problem, { status: 404 })),
  );
  await deleteSession(queryClient, session);
  await isSettled();
  expect(listed()).toBeUndefined();
  expect(toastError).not.toHaveBeenCalled();
});

describe('showChanges', () => {
  const NOW = '2026-11-20T23:00:00.000Z';
  const change = (more: Partial<PendingChange>): PendingChange => ({
    isDeleted: false,
    at: NOW,
    ...more,
  });

  test('changes, moves and hides rows, and brings in what is restored', () => {
    const [old, archived, deleted] = makeSessions(3) as [Session, Session, Session];
    const restored = makeSession({ archived: true });
    const shown = showChanges([old, archived, deleted], {
      pending: new Map([
        [archived.session_id, change({ archived: true })],
        [deleted.session_id, change({ isDeleted: true })],
        [restored.session_id, change({ archived: false })],
      ]),
      filter: null,
      find: () => restored,
    });
    expect(shown.map(({ session_id: id }) => id)).toEqual([restored.session_id, old.session_id]);
    expect(shown[0]).toMatchObject({ archived: false, updated_at: NOW });
  });
});

test('describeSuperseded speaks of the changed field alone', () => {
  const superseded = { title: 'Theirs', pinned: true };
  expect(describeSuperseded(superseded, { pinned: false })).toEqual({
    sentence: 'It had just been pinned elsewhere.',
    undo: 'Undo',
    change: { pinned: true },
  });
  expect(describeSuperseded(superseded, { archived: true })).toBeNull();
});
