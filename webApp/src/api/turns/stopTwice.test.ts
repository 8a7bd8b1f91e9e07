import { QueryClient } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { expect, test, vi } from 'vitest';

import { queryKeys } from '@/api/queryKeys';
import { NO_MESSAGES } from '@/api/turns/messageList';
import { TurnRunner } from '@/api/turns/TurnRunner';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
}));

test('an answer that another device has stopped first is read anew, without a word', async () => {
  const problem = { type: 'about:blank', title: '', detail: '', code: 'answer_cancelled' };
  const headers = { 'Content-Type': 'application/problem+json' };
  server.use(
    http.post('*/api/chat/sessions/s1/messages/2/cancel', () =>
      HttpResponse.json({ ...problem, status: 409 }, { status: 409, headers }),
    ),
  );
  const queryClient = new QueryClient();
  queryClient.setQueryData(queryKeys.newestMessages('s1'), NO_MESSAGES);

  await new TurnRunner(queryClient).stop('s1', 2);

  expect(queryClient.getQueryState(queryKeys.newestMessages('s1'))?.isInvalidated).toBe(true);
});
