import { useEffect } from 'react';

import { describeError } from '@/api/apiError';
import type { Message } from '@/api/schema';
import { useLiveAnswer } from '@/api/turns/liveAnswers';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { toastError } from '@/lib/toast';

/**
 * Follows every answer of the session that is being written, wherever it was asked for. One that an
 * earlier visit has left may have ended since, on a branch that is no longer in use.
 */
export function useAnswersFollowed(messages: readonly Message[], isCurrent: boolean): void {
  const runner = useTurnRunner();
  useEffect(() => {
    if (!isCurrent) return;
    for (const message of messages) {
      if (message.status === 'streaming') runner.join(message.session_id, message.id);
    }
  }, [messages, isCurrent, runner]);
}

interface Stop {
  /** Stops the answer that is being written; null while none is. */
  onStop: (() => void) | null;
  isStopping: boolean;
}

/** The answer at the front of the line can be stopped. */
export function useStop(messages: readonly Message[]): Stop {
  const runner = useTurnRunner();
  const current = messages.find(({ status }) => status === 'streaming');
  const live = useLiveAnswer(current?.id ?? 0);
  if (!current) return { onStop: null, isStopping: false };
  const onStop = () => {
    runner.stop(current.session_id, current.id).catch((error: unknown) => {
      toastError(`${describeError(error)} The answer goes on.`);
    });
  };
  return { onStop, isStopping: live?.isStopping ?? false };
}
