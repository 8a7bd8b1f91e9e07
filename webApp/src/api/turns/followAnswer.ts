import { onlineManager } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';
import { readTurnEvents, type TurnEvent } from '@/api/turns/turnEvents';

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

export interface AnswerFollower {
  /** Opens the stream again after a break. */
  open: () => Promise<ReadableStream<Uint8Array>>;
  /** False while the answer must not hold a connection. */
  isAllowed: () => boolean;
  whenAllowed: () => Promise<void>;
  onEvent: (event: TurnEvent) => void;
  onBreak: () => void;
}

/**
 * Reads the stream of an answer to its `turn.finished`, through any number of broken connections.
 *
 * @throws ApiError when the server refuses to go on, and whatever `signal` was aborted with.
 */
export async function followAnswer(
  follower: AnswerFollower,
  first: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
): Promise<void> {
  let stream = first;
  let failures = 0;
  for (;;) {
    try {
      if (!stream) {
        await follower.whenAllowed();
        signal.throwIfAborted();
        stream = await follower.open();
      }
      for await (const event of readTurnEvents(stream)) {
        signal.throwIfAborted();
        follower.onEvent(event);
        if (event.type === 'turn.finished') return;
        if (event.type === 'turn.started') continue;
        failures = 0;
        if (!follower.isAllowed()) break;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal(error)) throw error;
    }
    stream = null;
    if (!follower.isAllowed()) continue;
    follower.onBreak();
    await retryDelay(failures, signal);
    failures += 1;
  }
}

/** A refusal that no later attempt would change; being out of reach or busy is none. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429
  );
}

/** Waits longer after each failure; ends early when the server can be reached again. */
async function retryDelay(failures: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
  // Half of it is random, so that the clients of a restarted server do not all come at once.
  const delay = longest * (0.5 + Math.random() / 2);
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, delay);
    const unsubscribe = onlineManager.subscribe((isOnline) => {
      if (isOnline) end();
    });
    signal.addEventListener('abort', end);
  });
  signal.throwIfAborted();
}
