import { QueryClient } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';

import { queryKeys } from '@/api/queryKeys';
import type { Message, MessagePage } from '@/api/schema';
import { NO_MESSAGES } from '@/api/turns/messageList';
import { makeMessage, makeSession } from '@/api/turns/testFixtures';
import { switchBranch } from '@/api/turns/turnCache';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));

let queryClient: QueryClient;

beforeEach(() => {
  queryClient = new QueryClient();
  const messages = [1, 2, 3, 4].map((id) => makeMessage(id));
  queryClient.setQueryData(queryKeys.messages('s1'), { ...NO_MESSAGES, messages });
});

const shown = () =>
  queryClient.getQueryData<MessagePage>(queryKeys.messages('s1'))?.messages.map(({ id }) => id);

/** Answers the switch with the end of a branch. */
function answerSwitch(messages: Message[]): unknown[] {
  const asked: unknown[] = [];
  server.use(
    http.put('*/api/chat/sessions/s1/head', async ({ request }) => {
      asked.push(await request.json());
      const page = { messages, has_more: true, next_before_id: messages[0]?.id ?? null };
      return HttpResponse.json({ ...makeSession(), ...page });
    }),
  );
  return asked;
}

test('shows the branch below what both have in common', async () => {
  const edit = makeMessage(5, { parent_id: 2 });
  const asked = answerSwitch([edit, makeMessage(6)]);
  await switchBranch(queryClient, 's1', 5);
  expect(asked).toEqual([{ message_id: 5 }]);
  expect(shown()).toEqual([1, 2, 5, 6]);
});

test('loads the way up to the version that was chosen', async () => {
  answerSwitch([makeMessage(90, { parent_id: 89 })]);
  server.use(
    http.get('*/api/chat/sessions/s1/messages', ({ request }) => {
      expect(new URL(request.url).searchParams.get('before_id')).toBe('90');
      const messages = [makeMessage(2), makeMessage(50, { parent_id: 2 })];
      return HttpResponse.json({ messages, has_more: true, next_before_id: 2 });
    }),
  );
  await switchBranch(queryClient, 's1', 50);
  expect(shown()).toEqual([2, 50, 90]);
});

test('leaves the branch that is shown when the server does not take it', async () => {
  server.use(http.put('*/api/chat/sessions/s1/head', () => HttpResponse.error()));
  await expect(switchBranch(queryClient, 's1', 5)).rejects.toMatchObject({ code: 'unreachable' });
  expect(shown()).toEqual([1, 2, 3, 4]);
});
