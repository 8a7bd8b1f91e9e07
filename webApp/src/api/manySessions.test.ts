import { onlineManager, type QueryClient } from '@tanstack/react-query';
import { delay, http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { setChangeDefaults } from '@/api/changeDefaults';
import { changeSessions, deleteSessions } from '@/api/manySessions';
import { mutationKeys, queryKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import { changeSession } from '@/api/sessionChanges';
import { type SessionList, sessionsOf } from '@/api/sessionListCache';
import { toastAction, toastError } from '@/lib/toast';
import { PATIENCE_MS } from '@/testing/patience';
import { makeTestQueryClient } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { makeSessions } from '@/testing/sessions';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));
vi.mock('@/lib/toast', () => ({ toastAction: vi.fn(), toastError: vi.fn() }));

const ADDRESS = '*/api/chat/sessions/:id';
let queryClient: QueryClient;
let sessions: Session[];
let arrived: { id: string; change: object }[];
let underWay = 0;
let mostUnderWay = 0;

beforeEach(() => {
  vi.clearAllMocks();
  arrived = [];
  underWay = mostUnderWay = 0;
  queryClient = makeTestQueryClient();
  queryClient.mount();
  setChangeDefaults(queryClient);
  sessions = makeSessions(12, { version: 5 });
  queryClient.setQueryData<SessionList>(queryKeys.sessionList(null), {
    pages: [{ sessions, next_cursor: null }],
    pageParams: [null],
  });
  server.use(
    http.patch(ADDRESS, async ({ params, request }) => {
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      const {
        base_version: _,
        client_request_id: __,
        ...change
      } = (await request.json()) as Record<string, unknown>;
      arrived.push({ id: String(params.id), change });
      await delay(2);
      underWay -= 1;
      const known = sessions.find(({ session_id: id }) => id === params.id);
      return HttpResponse.json({ ...known, ...change, version: 6, superseded: {} });
    }),
  );
});

afterEach(() => {
  onlineManager.setOnline(true);
  queryClient.unmount();
});

/** Answers for some of the sessions in another way. */
function refuse(refused: readonly Session[], status: number, code: string): void {
  const ids = refused.map(({ session_id: id }) => id);
  const resolve = ({ params }: { params: { id?: unknown } }) =>
    ids.includes(String(params.id))
      ? HttpResponse.json({ code, status, detail: 'No.' }, { status })
      : undefined;
  server.use(http.patch(ADDRESS, resolve), http.delete(ADDRESS, resolve));
}

const isSettled = () =>
  expect.poll(() => queryClient.isMutating({ mutationKey: mutationKeys.all })).toBe(0);
const listed = () =>
  sessionsOf(queryClient.getQueryData(queryKeys.sessionList(null)) as SessionList);
const lastAction = () => vi.mocked(toastAction).mock.calls.at(-1) ?? [];

describe('changeSessions', () => {
  test('sends one request for each, few at a time, and offers one undo for all', async () => {
    changeSessions(queryClient, sessions, { archived: true });
    const [sentence, action] = lastAction();
    expect(sentence).toBe('12 sessions are in the archive.');
    await isSettled();
    expect(new Set(arrived.map(({ id }) => id)).size).toBe(12);
    expect(mostUnderWay).toBeLessThanOrEqual(4);
    expect(listed()).toEqual([]);

    arrived = [];
    action?.onAction();
    await isSettled();
    expect(arrived.map(({ change }) => change)).toEqual(sessions.map(() => ({ archived: false })));
    expect(toastAction).toHaveBeenCalledOnce();
    expect(toastError).not.toHaveBeenCalled();
  });

  test('keeps the order of what is changed about one session', async () => {
    const [first] = sessions as [Session];
    changeSessions(queryClient, sessions, { archived: true });
    changeSession(queryClient, first, { title: 'Letter' });
    await isSettled();
    const changes = arrived.filter(({ id }) => id === first.session_id);
    expect(changes.map(({ change }) => change)).toEqual([{ archived: true }, { title: 'Letter' }]);
  });

  test('waits as a whole without the server', async () => {
    onlineManager.setOnline(false);
    changeSessions(queryClient, sessions, { pinned: true });
    expect(queryClient.isMutating({ mutationKey: mutationKeys.all })).toBe(12);
    expect(arrived).toEqual([]);
    onlineManager.setOnline(true);
    await isSettled();
    expect(listed().every(({ pinned }) => pinned)).toBe(true);
  });

  test('takes back those that are refused, says once how many and why, and undoes the others', async () => {
    refuse(sessions.slice(0, 2), 422, 'validation_failed');
    refuse(sessions.slice(2, 3), 404, 'session_not_found');
    changeSessions(queryClient, sessions, { pinned: true });
    const [, , id] = lastAction();
    await isSettled();
    expect(toastError).toHaveBeenCalledExactlyOnceWith(
      '2 of 12 sessions are as they were. The server could not answer this. ' +
        '1 of 12 was deleted on another device.',
      expect.objectContaining({ id }),
    );
    expect(listed().filter(({ pinned }) => pinned)).toHaveLength(9);
    expect(listed()).toHaveLength(11);

    arrived = [];
    vi.mocked(toastError).mock.calls[0]?.[1]?.action?.onAction();
    await isSettled();
    expect(arrived).toHaveLength(9);
  });

  test('gives up the rest when the server is too busy for one of them', async () => {
    let tries = 0;
    server.use(
      http.patch(ADDRESS, () => {
        tries += 1;
        return HttpResponse.json({ code: 'x', status: 503, detail: 'No.' }, { status: 503 });
      }),
    );
    vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
    changeSessions(queryClient, sessions, { archived: true });
    await vi.waitFor(() => expect(toastError).toHaveBeenCalled(), PATIENCE_MS);
    vi.useRealTimers();
    expect(toastError).toHaveBeenCalledExactlyOnceWith(
      '12 of 12 sessions are as they were. The server is busy at the moment.',
      expect.anything(),
    );
    // Three for each that was under way, and none for what waited behind them.
    expect(tries).toBeLessThanOrEqual(12);
    expect(listed()).toEqual(sessions);
  });

  test('speaks of a single one by its name', async () => {
    changeSessions(queryClient, sessions.slice(0, 1), { archived: true });
    expect(toastAction).not.toHaveBeenCalled();
    await isSettled();
    expect(lastAction()[0]).toBe(`“${sessions[0]?.title}” is in the archive.`);
  });

  test('says how many another device had changed just before, and gives those back', async () => {
    const theirs = sessions.slice(0, 2).map(({ session_id: id }) => id);
    server.use(
      http.patch(ADDRESS, ({ params }) => {
        const known = sessions.find(({ session_id: id }) => id === params.id);
        if (!theirs.includes(String(params.id)) || arrived.length >= 12) return undefined;
        const superseded = { archived: false };
        return HttpResponse.json({ ...known, archived: true, version: 6, superseded });
      }),
    );
    changeSessions(queryClient, sessions, { archived: true });
    await isSettled();
    const [sentence, action] = lastAction();
    expect(sentence).toBe('2 of them had just been changed elsewhere.');
    action?.onAction();
    await isSettled();
    expect(toastError).not.toHaveBeenCalled();
  });
});

test('deleting many says once which are still there', async () => {
  server.use(http.delete(ADDRESS, () => new HttpResponse(null, { status: 204 })));
  refuse(sessions.slice(0, 1), 422, 'validation_failed');
  await deleteSessions(queryClient, sessions);
  await isSettled();
  expect(listed()).toEqual(sessions.slice(0, 1));
  expect(toastError).toHaveBeenCalledExactlyOnceWith(
    '1 of 12 sessions is still there. The server could not answer this.',
    expect.anything(),
  );
});
