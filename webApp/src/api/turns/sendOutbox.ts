import { onlineManager } from '@tanstack/react-query';

import { ApiError } from '@/api/apiError';
import { noteUnreachable, whenReachable } from '@/api/reachability';
import { describeSendError } from '@/api/turns/describeSendError';
import { delayWaiting, findWaiting, type OutgoingMessage, patchOutgoing } from '@/api/turns/outbox';

interface Sending {
  /** Aborted when the user leaves. */
  signal: AbortSignal;
  /** Resolves when the server has the message. */
  send: (message: OutgoingMessage) => Promise<void>;
}

/**
 * Sends what waits in a session, in the order of writing, whichever tab it was written in; one tab
 * does it at a time. What finds no server waits for it; what is refused stays, with the reason.
 */
export async function sendWaiting(sessionId: string, sending: Sending): Promise<void> {
  const { signal } = sending;
  const run = () => sendInOrder(sessionId, sending);
  while (!signal.aborted) {
    // The line is left to another tab while there is nothing to do but wait.
    const isDone = await withLock(`chat-registry outbox of ${sessionId}`, signal, run);
    if (isDone) return;
    await whenReachable(signal);
  }
}

/** False when the server was out of reach. */
async function sendInOrder(sessionId: string, { signal, send }: Sending): Promise<boolean> {
  const hasUserLeft = () => signal.aborted;
  for (;;) {
    const message = findWaiting(sessionId);
    if (!message || hasUserLeft()) return true;
    const { clientRequestId } = message;
    try {
      if (!onlineManager.isOnline()) throw ApiError.unreachable();
      await send(message);
    } catch (error) {
      if (hasUserLeft()) return true;
      if (error instanceof ApiError && error.status === 0) {
        noteUnreachable();
        delayWaiting(sessionId);
        return false;
      }
      const isSessionGone = error instanceof ApiError && error.code === 'session_not_found';
      patchOutgoing(clientRequestId, {
        problem: describeSendError(error),
        ...(isSessionGone && { isSessionGone }),
      });
    }
  }
}

/** Browsers keep locks from pages without TLS; there each tab sends under the same request ids. */
async function withLock(
  name: string,
  signal: AbortSignal,
  run: () => Promise<boolean>,
): Promise<boolean> {
  if (!('locks' in navigator)) return run();
  try {
    return await navigator.locks.request(name, { signal }, run);
  } catch (error) {
    if (signal.aborted) return true;
    throw error;
  }
}
