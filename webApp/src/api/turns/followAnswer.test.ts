import { describe, expect, test, vi } from 'vitest';

import { ApiError } from '@/api/apiError';
import { type AnswerFollower, followAnswer } from '@/api/turns/followAnswer';
import { encodeEvents, makeMessage, streamOf, turnEvents } from '@/api/turns/testFixtures';
import type { TurnEvent } from '@/api/turns/turnEvents';
import { goOfflineAndBack } from '@/testing/reachability';

const WHOLE = turnEvents(['Good ', 'morning']);

function follower(more: Partial<AnswerFollower>) {
  const seen: TurnEvent[] = [];
  const onBreak = vi.fn(() => {
    // The next attempt need not wait for its delay.
    queueMicrotask(goOfflineAndBack);
  });
  const base: AnswerFollower = {
    open: () => Promise.reject(new Error('Nothing to open.')),
    isAllowed: () => true,
    whenAllowed: () => Promise.resolve(),
    onEvent: (event) => seen.push(event),
    onBreak,
  };
  return { seen, onBreak, follower: { ...base, ...more } };
}

const NEVER = new AbortController().signal;

describe('followAnswer', () => {
  test('ends with turn.finished', async () => {
    const { seen, onBreak, follower: base } = follower({});
    await followAnswer(base, streamOf([encodeEvents(WHOLE)]), NEVER);
    expect(seen).toEqual(WHOLE);
    expect(onBreak).not.toHaveBeenCalled();
  });

  test('rejoins when the connection breaks before the end', async () => {
    const soFar = makeMessage(2, { content: 'Good ', status: 'streaming' });
    const rejoined: TurnEvent[] = [
      { type: 'turn.started', user_message: null, assistant_message: soFar },
      ...WHOLE.slice(2),
    ];
    const {
      seen,
      onBreak,
      follower: base,
    } = follower({
      open: () => Promise.resolve(streamOf([encodeEvents(rejoined)])),
    });
    await followAnswer(base, streamOf([encodeEvents(WHOLE.slice(0, 2))]), NEVER);
    expect(seen).toEqual([...WHOLE.slice(0, 2), ...rejoined]);
    expect(onBreak).toHaveBeenCalledTimes(1);
  });

  test('keeps trying while the server is out of reach or busy', async () => {
    const busy = new ApiError({ code: 'database_unavailable', status: 503, detail: 'Busy.' });
    const answers = [
      () => Promise.reject(ApiError.unreachable()),
      () => Promise.reject(busy),
      () => Promise.resolve(streamOf([encodeEvents(WHOLE)])),
    ];
    const open = vi.fn(() => answers.shift()?.() ?? Promise.reject(new Error('Too often.')));
    const { onBreak, follower: base } = follower({ open });
    await followAnswer(base, null, NEVER);
    expect(open).toHaveBeenCalledTimes(3);
    expect(onBreak).toHaveBeenCalledTimes(2);
  });

  test('gives up when the answer is not there', async () => {
    const gone = new ApiError({ code: 'message_not_found', status: 404, detail: 'Not there.' });
    const { follower: base } = follower({ open: () => Promise.reject(gone) });
    await expect(followAnswer(base, null, NEVER)).rejects.toBe(gone);
  });

  test('stops when it is not wanted any more', async () => {
    const leaving = new AbortController();
    const { follower: base } = follower({
      onEvent: () => leaving.abort(new Error('The user has left.')),
    });
    const stream = streamOf([encodeEvents(WHOLE)]);
    await expect(followAnswer(base, stream, leaving.signal)).rejects.toThrow('The user has left.');
  });

  test('stops while it waits for the next attempt', async () => {
    const leaving = new AbortController();
    const { follower: base } = follower({
      open: () => Promise.reject(ApiError.unreachable()),
      onBreak: () => queueMicrotask(() => leaving.abort(new Error('The user has left.'))),
    });
    await expect(followAnswer(base, null, leaving.signal)).rejects.toThrow('The user has left.');
  });

  test('lets its connection go while it stands in line', async () => {
    let isFirst = false;
    const queued: TurnEvent = { type: 'turn.queued', turns_ahead: 1 };
    const {
      seen,
      onBreak,
      follower: base,
    } = follower({
      isAllowed: () => isFirst,
      whenAllowed: () => {
        isFirst = true;
        return Promise.resolve();
      },
      open: () => Promise.resolve(streamOf([encodeEvents(WHOLE)])),
    });
    const line = streamOf([encodeEvents([...WHOLE.slice(0, 1), queued])], { isOpen: true });
    await followAnswer(base, line, NEVER);
    expect(seen.at(-1)?.type).toBe('turn.finished');
    expect(onBreak).not.toHaveBeenCalled();
  });
});
