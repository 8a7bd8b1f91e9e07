import { QueryClient } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { queryKeys } from '@/api/queryKeys';
import type { Message, MessagePage, Session } from '@/api/schema';
import { useLiveAnswers } from '@/api/turns/liveAnswers';
import { NO_MESSAGES } from '@/api/turns/messageList';
import { forgetOutbox, useOutbox } from '@/api/turns/outbox';
import {
  encodeEvents,
  makeMessage,
  makeSession,
  streamOf,
  turnEvents,
} from '@/api/turns/testFixtures';
import { TurnRunner } from '@/api/turns/TurnRunner';
import { goOfflineAndBack } from '@/testing/reachability';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));

const POST_URL = '*/api/chat/sessions/s1/messages';
const STREAM_URL = '*/api/chat/sessions/s1/messages/2/stream';
const HEADERS = { 'Content-Type': 'text/event-stream', 'X-Assistant-Message-Id': '2' };

let queryClient: QueryClient;
let runner: TurnRunner;

beforeEach(() => {
  queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  queryClient.setQueryData(queryKeys.messages('s1'), NO_MESSAGES);
  queryClient.setQueryData(queryKeys.session('s1'), makeSession());
  runner = new TurnRunner(queryClient);
});

afterEach(() => {
  runner.forget();
  forgetOutbox();
});

interface Posted {
  content: string;
  client_request_id: string;
  parent_id?: number;
}

/** Answers posts with a whole turn and keeps what was posted. */
function answerPosts(texts: string[] = ['Good ', 'morning']): Posted[] {
  const posted: Posted[] = [];
  server.use(
    http.post(POST_URL, async ({ request }) => {
      const body = (await request.json()) as Posted;
      posted.push(body);
      const events = encodeEvents(turnEvents(texts, body.client_request_id));
      return answerWith(streamOf([events]));
    }),
  );
  return posted;
}

function answerWith(stream: ReadableStream<Uint8Array>): HttpResponse<ReadableStream> {
  return new HttpResponse(stream, { headers: HEADERS });
}

/** A stream that shows the first words and then stays open. */
function openStream(): ReadableStream<Uint8Array> {
  return streamOf([encodeEvents(turnEvents(['Good ']).slice(0, 2))], { isOpen: true });
}

const messages = (): Message[] =>
  queryClient.getQueryData<MessagePage>(queryKeys.messages('s1'))?.messages ?? [];
const outgoing = () => useOutbox.getState().messages;
const isOver = () => expect.poll(() => useLiveAnswers.getState().answers);

describe('send', () => {
  test('stores the turn in the cache and empties the outbox', async () => {
    const posted = answerPosts();
    runner.send({ sessionId: 's1', content: 'Hello' });
    expect(outgoing()).toMatchObject([{ content: 'Hello', problem: null }]);

    await expect.poll(() => messages().at(-1)?.content).toBe('Good morning');
    expect(messages()).toMatchObject([
      { id: 1, client_request_id: posted[0]?.client_request_id },
      { id: 2, status: 'complete' },
    ]);
    await expect.poll(outgoing).toEqual([]);
    await isOver().toEqual({});
  });

  test('shows the text while it arrives', async () => {
    server.use(http.post(POST_URL, () => answerWith(openStream())));
    runner.send({ sessionId: 's1', content: 'Hello' });
    await expect.poll(() => useLiveAnswers.getState().answers[2]?.text).toBe('Good ');
    expect(messages().at(-1)).toMatchObject({ status: 'streaming', content: '' });
  });

  test('sends one after the other', async () => {
    const posted = answerPosts();
    runner.send({ sessionId: 's1', content: 'First' });
    runner.send({ sessionId: 's1', content: 'Second' });
    await expect.poll(() => posted.map(({ content }) => content)).toEqual(['First', 'Second']);
    // What is written under a message that is still on its way follows its answer.
    expect(posted.map(({ parent_id: parentId }) => parentId)).toEqual([undefined, 2]);
  });

  test('names the message it follows, as it was shown when it was written', async () => {
    const posted = answerPosts();
    for (const messages of [[makeMessage(7), makeMessage(8)], [makeMessage(9)]]) {
      queryClient.setQueryData(queryKeys.messages('s1'), { ...NO_MESSAGES, messages });
      if (messages.length > 1) runner.send({ sessionId: 's1', content: 'Hello' });
    }
    await expect.poll(() => posted.map(({ parent_id: parentId }) => parentId)).toEqual([8]);
  });

  test('makes the session first when it is new, with the agent that was chosen', async () => {
    const made: unknown[] = [];
    server.use(
      http.post('*/api/chat/sessions', async ({ request }) => {
        made.push(await request.json());
        return HttpResponse.json(makeSession({ title: null }), { status: 201 });
      }),
    );
    answerPosts();
    queryClient.removeQueries({ queryKey: queryKeys.session('s1') });
    runner.send({ sessionId: 's1', content: 'Hello', startsSession: true, agentName: 'poet' });
    await expect.poll(() => messages().length).toBe(2);
    expect(made).toEqual([{ session_id: 's1', agent_name: 'poet' }]);
    const session = queryClient.getQueryData<Session>(queryKeys.session('s1'));
    expect(session?.title).toBe('Letter to the landlord');
  });
});

describe('a message that could not be sent', () => {
  test('is kept when the server is out of reach, and goes out once under the same id', async () => {
    server.use(http.post(POST_URL, () => HttpResponse.error()));
    runner.send({ sessionId: 's1', content: 'Hello' });
    await expect.poll(() => outgoing()[0]?.isDelayed).toBe(true);
    const clientRequestId = outgoing()[0]?.clientRequestId ?? '';

    const posted = answerPosts();
    goOfflineAndBack();
    await expect.poll(() => outgoing()).toEqual([]);
    expect(posted).toEqual([{ content: 'Hello', client_request_id: clientRequestId }]);
  });

  test('is not held for ever by a server that does not answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.use(http.post(POST_URL, () => new Promise<never>(() => undefined)));
    runner.send({ sessionId: 's1', content: 'Hello' });
    await vi.advanceTimersByTimeAsync(31_000);
    vi.useRealTimers();
    await expect.poll(() => outgoing()[0]).toMatchObject({ isDelayed: true, problem: null });
  });

  test.each([
    [422, 'validation_failed', 'This message must not be empty.'],
    [503, 'database_unavailable', 'The server is busy at the moment.'],
  ])('says why, for %i %s', async (status, code, sentence) => {
    const errors = [{ field: 'content', message: 'must not be empty' }];
    const problem = { type: 'about:blank', title: '', status, code, detail: '', errors };
    server.use(http.post(POST_URL, () => HttpResponse.json(problem, { status })));
    runner.send({ sessionId: 's1', content: 'Hello' });
    await expect.poll(() => outgoing()[0]?.problem).toBe(sentence);
  });

  test('goes out after a reload when it was still waiting', async () => {
    const waiting = {
      clientRequestId: 'r1',
      sessionId: 's1',
      content: 'Hello',
      createdAt: '2026-11-20T09:36:00Z',
      parentId: null,
      followsRequestId: null,
      startsSession: false,
      problem: null,
    };
    const failed = { ...waiting, clientRequestId: 'r2', problem: 'Could not reach the server.' };
    useOutbox.setState({ messages: [waiting, failed] });
    const posted = answerPosts();
    runner.resume();
    await expect.poll(() => outgoing()).toEqual([failed]);
    expect(posted.map((body) => body.client_request_id)).toEqual(['r1']);
  });
});

describe('join', () => {
  test('follows an answer that was being written when the page opened', async () => {
    const soFar = makeMessage(2, { content: 'Good ', status: 'streaming' });
    queryClient.setQueryData(queryKeys.messages('s1'), {
      ...NO_MESSAGES,
      messages: [makeMessage(1), soFar],
    });
    const [, ...rest] = turnEvents(['Good ', 'morning']);
    const started = { type: 'turn.started', user_message: null, assistant_message: soFar } as const;
    const stream = encodeEvents([started, ...rest.slice(1)]);
    const answer = vi.fn(() => answerWith(streamOf([stream])));
    server.use(http.get(STREAM_URL, answer));
    runner.join('s1', 2);
    runner.join('s1', 2);
    await expect.poll(() => messages().at(-1)?.content).toBe('Good morning');
    expect(answer).toHaveBeenCalledTimes(1);
  });

  test('rejoins a post whose connection broke', async () => {
    const begun = encodeEvents(turnEvents(['Good ']).slice(0, 2));
    const whole = encodeEvents(turnEvents(['Good ', 'morning']));
    server.use(
      http.post(POST_URL, () => answerWith(streamOf([begun]))),
      http.get(STREAM_URL, () => answerWith(streamOf([whole]))),
    );
    runner.send({ sessionId: 's1', content: 'Hello' });
    await expect.poll(() => useLiveAnswers.getState().answers[2]?.isReconnecting).toBe(true);
    goOfflineAndBack();
    await expect.poll(() => messages().at(-1)?.content).toBe('Good morning');
  });
});

describe('stop', () => {
  test('keeps what had arrived', async () => {
    const stopped = makeMessage(2, { content: 'Good ', status: 'cancelled' });
    server.use(
      http.post(POST_URL, () => answerWith(openStream())),
      http.post('*/api/chat/sessions/s1/messages/2/cancel', () => HttpResponse.json(stopped)),
    );
    runner.send({ sessionId: 's1', content: 'Hello' });
    await expect.poll(() => messages().length).toBe(2);
    await runner.stop('s1', 2);
    expect(messages().at(-1)).toMatchObject({ status: 'cancelled', content: 'Good ' });
  });

  test('says so when the server did not take it', async () => {
    server.use(http.post('*/api/chat/sessions/s1/messages/2/cancel', () => HttpResponse.error()));
    await expect(runner.stop('s1', 2)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('forget', () => {
  test('leaves no stream open when the user goes', async () => {
    server.use(http.post(POST_URL, () => answerWith(openStream())));
    runner.send({ sessionId: 's1', content: 'Hello' });
    await expect.poll(() => messages().length).toBe(2);
    runner.forget();
    expect(useLiveAnswers.getState().answers).toEqual({});
  });
});
