import { create } from 'zustand';

import type { Message, ToolStep } from '@/api/schema';

/** An answer whose stream this tab follows. */
export interface LiveAnswer {
  sessionId: string;
  text: string;
  /** What the agent does on its way, told as it begins and as it ends. */
  steps: readonly ToolStep[];
  isReconnecting: boolean;
  isStopping: boolean;
  /** How many answers of the session are written before it. */
  turnsAhead: number;
}

interface LiveAnswers {
  /** By the id of the answer. */
  answers: Readonly<Record<number, LiveAnswer>>;
}

/** A browser keeps six connections to a server; the other calls need some of them. */
const MAX_CONNECTIONS = 4;

/** The answers that are being written, outside of React so that no page owns their streams. */
export const useLiveAnswers = create<LiveAnswers>()(() => ({ answers: {} }));

export function useLiveAnswer(answerId: number): LiveAnswer | undefined {
  return useLiveAnswers(({ answers }) => answers[answerId]);
}

export function addLiveAnswer(answerId: number, sessionId: string): void {
  const fresh: LiveAnswer = {
    sessionId,
    text: '',
    steps: [],
    isReconnecting: false,
    isStopping: false,
    turnsAhead: 0,
  };
  useLiveAnswers.setState(({ answers }) => ({ answers: { [answerId]: fresh, ...answers } }));
}

export function patchLiveAnswer(answerId: number, patch: Partial<LiveAnswer>): void {
  useLiveAnswers.setState(({ answers }) => {
    const answer = answers[answerId];
    return answer ? { answers: { ...answers, [answerId]: { ...answer, ...patch } } } : {};
  });
}

/** Shows how far an answer is, as the begin of its stream tells it. */
export function showLiveAnswer({ id, content: text, tool_steps: steps }: Message): void {
  patchLiveAnswer(id, { text, steps: steps ?? [], isReconnecting: false });
}

/** Puts a step in its place; the text so far is shown before it. */
export function placeLiveStep(answerId: number, index: number, step: ToolStep): void {
  const known = useLiveAnswers.getState().answers[answerId];
  if (known) patchLiveAnswer(answerId, { steps: known.steps.toSpliced(index, 1, step) });
}

export function dropLiveAnswer(answerId: number): void {
  useLiveAnswers.setState(({ answers: { [answerId]: _, ...others } }) => ({ answers: others }));
}

/** One answer of a session is written at a time, so only the oldest has a stream worth holding. */
export function mayHoldConnection(answerId: number): boolean {
  const ahead = new Set<string>();
  const { answers } = useLiveAnswers.getState();
  for (const [id, answer] of Object.entries(answers)) {
    if (Number(id) < answerId) ahead.add(answer.sessionId);
  }
  const own = answers[answerId];
  return !own || (!ahead.has(own.sessionId) && ahead.size < MAX_CONNECTIONS);
}

/** Resolves when `mayHoldConnection`. */
export function whenItMayHoldConnection(answerId: number): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = useLiveAnswers.subscribe(check);
    function check() {
      if (!mayHoldConnection(answerId)) return;
      unsubscribe();
      resolve();
    }
    check();
  });
}
