import { QueryClient } from '@tanstack/react-query';
import { http, HttpResponse } from 'msw';
import { afterEach, expect, test, vi } from 'vitest';

import type { ToolStep } from '@/api/schema';
import { useLiveAnswers } from '@/api/turns/liveAnswers';
import { encodeEvents, makeMessage, streamOf } from '@/api/turns/testFixtures';
import type { TurnEvent } from '@/api/turns/turnEvents';
import { TurnRunner } from '@/api/turns/TurnRunner';
import { server } from '@/testing/server';

vi.mock('@/api/authClient', () => ({
  accessToken: () => Promise.resolve('token'),
  renewAccessToken: () => Promise.resolve(null),
  endSignIn: () => Promise.resolve(),
}));

const RUNNING = { name: 't', label: 'Using t', status: 'running', offset: 5 } as const;
const DONE = { ...RUNNING, label: 'Used t', status: 'done' } as const;

const runner = new TurnRunner(new QueryClient());
afterEach(() => runner.forget());

/** Joins an answer whose stream begins with these steps and goes on with this. */
function join(answerId: number, begunWith: ToolStep[] | null, more: [number, ToolStep][]): void {
  const content = { content: 'Good ', status: 'streaming', tool_steps: begunWith } as const;
  const message = makeMessage(answerId, { ...content });
  const told = more.map(([index, step]): TurnEvent => ({
    type: 'tool.step',
    message_id: answerId,
    index,
    step,
  }));
  const events: TurnEvent[] = [
    { type: 'turn.started', user_message: null, assistant_message: message },
    ...told,
  ];
  server.use(
    http.get(`*/api/chat/sessions/s1/messages/${answerId}/stream`, () => {
      const headers = { 'Content-Type': 'text/event-stream' };
      return new HttpResponse(streamOf([encodeEvents(events)], { isOpen: true }), { headers });
    }),
  );
  runner.join('s1', answerId);
}

const steps = (answerId: number) =>
  expect.poll(() => useLiveAnswers.getState().answers[answerId]?.steps);

test('what the agent does is shown while it does it, and in its place when it is done', async () => {
  join(2, null, [
    [0, RUNNING],
    [0, DONE],
    [1, RUNNING],
  ]);
  await steps(2).toEqual([DONE, RUNNING]);
});

test('a stream that is joined late begins with what is being done', async () => {
  join(4, [DONE, RUNNING], [[1, DONE]]);
  await steps(4).toEqual([DONE, DONE]);
});
