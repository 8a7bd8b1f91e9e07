import type { QueryClient } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';

import { keepChanges } from '@/api/keptChanges';
import { noteReachable, noteUnreachable } from '@/api/reachability';
import { setChangeDefaults } from '@/api/changeDefaults';
import { changeSession } from '@/api/sessionChanges';
import { makeTestQueryClient } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { makeSession } from '@/testing/sessions';

const kept = vi.hoisted(() => new Map<string, unknown>());

vi.mock('@/api/keptStore', () => ({
  keep: (key: string, value: unknown) =>
    Promise.resolve(void kept.set(key, structuredClone(value))),
  readKept: (key: string) => Promise.resolve(kept.get(key)),
  dropKept: (key: string) => Promise.resolve(void kept.delete(key)),
  listKept: (stem: string) =>
    Promise.resolve([...kept.keys()].filter((key) => key.startsWith(stem))),
  keepLeaving: (key: string, value: unknown) =>
    void kept.set(key, JSON.parse(JSON.stringify(value)) as unknown),
  onKeptClosed: () => () => undefined,
}));
vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));

function openTab(): QueryClient {
  const tab = makeTestQueryClient();
  setChangeDefaults(tab);
  // As its provider does.
  tab.mount();
  return tab;
}

function servePatches(): object[] {
  const patches: object[] = [];
  server.use(
    http.patch('*/api/chat/sessions/:id', async ({ request }) => {
      const body = (await request.json()) as object;
      patches.push(body);
      return HttpResponse.json({ ...session, ...body, superseded: {} });
    }),
  );
  return patches;
}

const session = makeSession();

beforeEach(() => kept.clear());

test('changes of a closed tab are made once and in order by the next one', async () => {
  noteUnreachable();
  const closed = openTab();
  const close = keepChanges(closed, 'ada');
  changeSession(closed, session, { title: 'First' });
  changeSession(closed, session, { title: 'Second' });
  await expect.poll(() => JSON.stringify([...kept.values()])).toContain('Second');
  close();
  closed.unmount();

  const patches = servePatches();
  const next = openTab();
  const leave = keepChanges(next, 'ada');
  await expect.poll(() => next.getMutationCache().getAll().length).toBe(2);
  noteReachable();
  await expect.poll(() => patches.length).toBe(2);
  expect(patches).toMatchObject([{ title: 'First' }, { title: 'Second' }]);
  await expect.poll(() => kept.size).toBe(0);
  leave();
  next.unmount();
});

test('what is begun while the page is left is made by the next one', async () => {
  const closed = openTab();
  const close = keepChanges(closed, 'ada');
  noteUnreachable();
  changeSession(closed, session, { title: 'At the last moment' });
  // IndexedDB would write no more.
  kept.clear();
  window.dispatchEvent(new Event('pagehide'));
  expect(kept.size).toBe(1);
  close();
  closed.unmount();

  const patches = servePatches();
  const next = openTab();
  const leave = keepChanges(next, 'ada');
  await expect.poll(() => next.getMutationCache().getAll().length).toBe(1);
  noteReachable();
  await expect.poll(() => patches).toMatchObject([{ title: 'At the last moment' }]);
  await expect.poll(() => kept.size).toBe(0);
  leave();
  next.unmount();
});

test('another user takes nothing over', async () => {
  noteUnreachable();
  const closed = openTab();
  const close = keepChanges(closed, 'ada');
  changeSession(closed, session, { pinned: true });
  await expect.poll(() => kept.size).toBe(1);
  close();
  const other = openTab();
  const leave = keepChanges(other, 'ben');
  await Promise.resolve();
  expect(other.getMutationCache().getAll()).toEqual([]);
  leave();
  closed.unmount();
  other.unmount();
});
