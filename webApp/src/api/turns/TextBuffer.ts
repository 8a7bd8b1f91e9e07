import { patchLiveAnswer, useLiveAnswers } from '@/api/turns/liveAnswers';

/** Collects what arrives between two frames, so that a fast answer is drawn once a frame. */
export class TextBuffer {
  readonly #pending = new Map<number, string>();
  #frame = 0;

  append(answerId: number, text: string): void {
    this.#pending.set(answerId, (this.#pending.get(answerId) ?? '') + text);
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#flush());
  }

  /** Forgets what has not been drawn: newer text replaces it. */
  drop(answerId: number): void {
    this.#pending.delete(answerId);
  }

  clear(): void {
    this.#pending.clear();
  }

  #flush(): void {
    this.#frame = 0;
    const { answers } = useLiveAnswers.getState();
    for (const [answerId, text] of this.#pending) {
      const known = answers[answerId];
      if (known) patchLiveAnswer(answerId, { text: known.text + text });
    }
    this.#pending.clear();
  }
}
