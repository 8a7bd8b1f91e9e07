import { onlineManager, type QueryClient } from '@tanstack/react-query';
import { delay, http, HttpResponse } from 'msw';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { setChangeDefaults } from '@/api/changeDefaults';
import { changeSession } from '@/api/sessionChanges';
import { addOutgoing, patchOutgoing, placeBelowAnswer, useOutbox } from '@/api/turns/outbox';
import { countUnsent } from '@/api/unsent';
import { finishUnsent } from '@/app/signOut';
import { beginRemoval, undoRemoval, useRemovals } from '@/lib/removals';
import { makeTestQueryClient } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';
import { makeSession } from '@/testing/sessions';

const elsewhere = vi.hoisted(() => ({ count: 0 }));

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));
vi.mock('@/api/keptChanges', () => ({
  countChangesElsewhere: () => Promise.resolve(elsewhere.count),
}));

let queryClient: QueryClient;
const session = makeSession();
const write = () =>
  addOutgoing({ sessionId: 's1', content: 'Hello', parentId: null, startsSession: false });

beforeEach(() => {
  elsewhere.count = 0;
  queryClient = makeTestQueryClient();
  queryClient.mount();
  setChangeDefaults(queryClient);
});

afterEach(() => {
  onlineManager.setOnline(true);
  useOutbox.setState({ messages: [] });
  queryClient.unmount();
});

test('what is under way is waited for, and then nothing is left', async () => {
  server.use(
    http.patch('*/api/chat/sessions/:id', async () => {
      await delay(50);
      return HttpResponse.json({ ...session, superseded: {} });
    }),
  );
  changeSession(queryClient, session, { pinned: true });
  const id = write();
  setTimeout(() => placeBelowAnswer(id, 2), 80);
  expect(await finishUnsent(queryClient)).toBe(true);
  expect(countUnsent(queryClient)).toEqual({ messages: 0, changes: 0 });
});

test('without the server nothing is waited for, and what waits is counted', async () => {
  onlineManager.setOnline(false);
  changeSession(queryClient, session, { pinned: true });
  write();
  expect(await finishUnsent(queryClient)).toBe(false);
  expect(countUnsent(queryClient)).toEqual({ messages: 1, changes: 1 });
});

test('a message that was refused is left too, and so is what waits in another tab', async () => {
  patchOutgoing(write(), { problem: 'Too long.' });
  expect(await finishUnsent(queryClient)).toBe(false);
  useOutbox.setState({ messages: [] });
  expect(await finishUnsent(queryClient)).toBe(true);
  elsewhere.count = 1;
  expect(await finishUnsent(queryClient)).toBe(false);
});

test('without the server, deleting that can be undone is left as it is', async () => {
  onlineManager.setOnline(false);
  const remove = vi.fn(() => Promise.resolve());
  beginRemoval(['s1'], remove);
  expect(await finishUnsent(queryClient)).toBe(false);
  expect(remove).not.toHaveBeenCalled();
  undoRemoval('s1');
  expect(useRemovals.getState().ids).toEqual([]);
});
