import type { QueryClient } from '@tanstack/react-query';
import { act } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { setChangeDefaults } from '@/api/changeDefaults';
import { useWithStarting } from '@/api/hooks/useStartingSession';
import type { ListFilter } from '@/api/queryKeys';
import { noteReachable, noteUnreachable } from '@/api/reachability';
import type { Session } from '@/api/schema';
import { changeSession, deleteSession } from '@/api/sessionChanges';
import { forgetOutbox, useOutbox } from '@/api/turns/outbox';
import { encodeEvents, makeSession, streamOf, turnEvents } from '@/api/turns/testFixtures';
import { TurnRunner } from '@/api/turns/TurnRunner';
import { makeAttachment } from '@/testing/messages';
import { renderHookWithQueries } from '@/testing/renderWithQueries';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));

let queryClient: QueryClient;
let runner: TurnRunner;
let arrived: unknown[];
const NONE: Session[] = [];
const outgoing = () => useOutbox.getState().messages;

/** Takes everything and writes down what came, in order. */
function serve(): void {
  server.use(
    http.get('*/readyz', () => HttpResponse.error()),
    http.post('*/api/chat/sessions', () => {
      arrived.push('made');
      return HttpResponse.json(makeSession({ title: null, message_count: 0 }), { status: 201 });
    }),
    http.patch('*/api/chat/sessions/s1', async ({ request }) => {
      const { title, pinned, archived } = (await request.json()) as Record<string, unknown>;
      arrived.push({ title, pinned, archived });
      return HttpResponse.json({ ...makeSession(), title, pinned, version: 2, superseded: {} });
    }),
    http.delete('*/api/chat/sessions/s1', () => {
      arrived.push('deleted');
      return new HttpResponse(null, { status: 204 });
    }),
    http.post('*/api/chat/sessions/s1/messages', async ({ request }) => {
      const { content, client_request_id } = (await request.json()) as Record<string, string>;
      arrived.push(content);
      return new HttpResponse(streamOf([encodeEvents(turnEvents(['Yes'], client_request_id))]), {
        headers: { 'Content-Type': 'text/event-stream', 'X-Assistant-Message-Id': '2' },
      });
    }),
  );
}

/** What a list shows of the sessions that wait to be made. */
function starting(filter: ListFilter = null): Session[] {
  return renderHookWithQueries(() => useWithStarting(NONE, filter)).result.current ?? [];
}

beforeEach(() => {
  arrived = [];
  serve();
  const rendered = renderHookWithQueries(() => null);
  queryClient = rendered.queryClient;
  queryClient.mount();
  setChangeDefaults(queryClient);
  runner = new TurnRunner(queryClient);
  noteUnreachable();
});

afterEach(() => {
  runner.forget();
  forgetOutbox();
  queryClient.unmount();
});

test('what is changed about a session that waits shows at once, and is made when it is', async () => {
  runner.send({ sessionId: 's1', content: 'Plan the garden', startsSession: true });
  const [session] = starting() as [Session];
  changeSession(queryClient, session, { title: 'Garden' });
  changeSession(queryClient, session, { pinned: true });
  expect(starting()).toMatchObject([{ title: 'Garden', title_source: 'user', pinned: true }]);
  // What is written into it later belongs to the same session.
  runner.send({ sessionId: 's1', content: 'And the fence', startsSession: true });
  expect(starting()).toMatchObject([{ title: 'Garden', pinned: true }]);
  expect(arrived).toEqual([]);

  noteReachable();
  await expect.poll(() => arrived).toContain('And the fence');
  await expect.poll(() => arrived.length).toBe(4);
  expect(arrived[0]).toBe('made');
  expect(arrived).toContainEqual({ title: 'Garden', pinned: true, archived: undefined });
  await expect.poll(() => queryClient.isMutating()).toBe(0);
});

test('put into the archive while it waits, it stands there', () => {
  runner.send({ sessionId: 's1', content: 'Plan the garden', startsSession: true });
  changeSession(queryClient, starting()[0] as Session, { archived: true });
  expect(starting()).toEqual([]);
  expect(starting('archived')).toMatchObject([{ title: 'Plan the garden' }]);
});

test('it is called by the words that begin it, whatever follows them', () => {
  const file = makeAttachment(1, { filename: 'plan.pdf' });
  runner.send({ sessionId: 's1', content: 'Plan the\ngarden', startsSession: true });
  runner.send({ sessionId: 's1', content: 'And the fence', startsSession: true });
  runner.send({ sessionId: 's2', content: '', attachments: [file], startsSession: true });
  expect(starting()).toMatchObject([
    { session_id: 's2', title: 'plan.pdf' },
    { session_id: 's1', title: 'Plan the garden', last_message_preview: 'And the fence' },
  ]);
});

test('deleted while it waits, it leaves nothing to be sent', async () => {
  runner.send({ sessionId: 's1', content: 'Plan the garden', startsSession: true });
  runner.send({ sessionId: 's1', content: 'And the fence', startsSession: true });
  await deleteSession(queryClient, starting()[0] as Session);
  expect(outgoing()).toEqual([]);
  expect(queryClient.isMutating()).toBe(0);
  noteReachable();
  await act(() => Promise.resolve());
  expect(arrived).toEqual([]);
});

test('deleted with files, which the server holds already, it is deleted there too', async () => {
  const attachments = [makeAttachment(1)];
  runner.send({ sessionId: 's1', content: 'Look', attachments, startsSession: true });
  await deleteSession(queryClient, starting()[0] as Session);
  expect(outgoing()).toEqual([]);
  noteReachable();
  await expect.poll(() => arrived).toEqual(['deleted']);
});

test('deleted just while it is being made, it is deleted again and its message not sent', async () => {
  runner.send({ sessionId: 's1', content: 'Plan the garden', startsSession: true });
  const [session] = starting() as [Session];
  server.use(
    http.post('*/api/chat/sessions', async () => {
      arrived.push('made');
      await deleteSession(queryClient, session);
      return HttpResponse.json(makeSession({ message_count: 0 }), { status: 201 });
    }),
  );
  noteReachable();
  await expect.poll(() => arrived).toEqual(['made', 'deleted']);
  await expect.poll(() => queryClient.isMutating()).toBe(0);
  expect(arrived).toEqual(['made', 'deleted']);
});
