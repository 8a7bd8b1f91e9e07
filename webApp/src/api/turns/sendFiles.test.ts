import { QueryClient } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { afterEach, expect, test, vi } from 'vitest';

import { queryKeys } from '@/api/queryKeys';
import { noteReachable } from '@/api/reachability';
import { NO_MESSAGES } from '@/api/turns/messageList';
import { forgetOutbox, useOutbox } from '@/api/turns/outbox';
import { encodeEvents, makeSession, streamOf, turnEvents } from '@/api/turns/testFixtures';
import { TurnRunner } from '@/api/turns/TurnRunner';
import { makeAttachment } from '@/testing/messages';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({ accessToken: () => Promise.resolve('token') }));

const POST_URL = '*/api/chat/sessions/s1/messages';
const outgoing = () => useOutbox.getState().messages;

afterEach(forgetOutbox);

test('a message keeps its files while it waits, and names them in order when it goes out', async () => {
  const queryClient = new QueryClient();
  queryClient.setQueryData(queryKeys.messages('s1'), NO_MESSAGES);
  queryClient.setQueryData(queryKeys.session('s1'), makeSession());
  const runner = new TurnRunner(queryClient);
  const attachments = [makeAttachment(2), makeAttachment(1)];
  server.use(http.post(POST_URL, () => HttpResponse.error()));
  runner.send({ sessionId: 's1', content: '', attachments });
  await expect.poll(() => outgoing()[0]?.isDelayed).toBe(true);
  expect(outgoing()).toMatchObject([{ content: '', attachments }]);

  const posted: unknown[] = [];
  server.use(
    http.post(POST_URL, async ({ request }) => {
      const body = (await request.json()) as { client_request_id: string };
      posted.push(body);
      return new HttpResponse(
        streamOf([encodeEvents(turnEvents(['Yes'], body.client_request_id))]),
        {
          headers: { 'Content-Type': 'text/event-stream', 'X-Assistant-Message-Id': '2' },
        },
      );
    }),
  );
  noteReachable();
  await expect.poll(outgoing).toEqual([]);
  const attachment_ids = attachments.map(({ id }) => id);
  expect(posted).toMatchObject([{ content: '', attachment_ids }]);
  runner.forget();
});
