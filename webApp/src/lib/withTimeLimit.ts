interface TimeLimit {
  limitMs: number;
  /** The caller's own reason to give up. */
  signal: AbortSignal;
  /** What is thrown when the time is over. */
  error: Error;
}

/** Runs a request that is given up after so long: over a connection that only this end has, for one. */
export async function withTimeLimit<Result>(
  { limitMs, signal, error }: TimeLimit,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(error), limitMs);
  try {
    return await run(AbortSignal.any([signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}
