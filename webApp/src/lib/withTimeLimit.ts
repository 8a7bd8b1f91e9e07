/**
 * Runs a request that is given up after so long, as one over a connection that is open at this end
 * alone would never be; or when the caller's own signal says so.
 *
 * @throws DOMException TimeoutError when the time is over.
 */
export async function withTimeLimit<Result>(
  limitMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  // AbortSignal.any is younger than some browsers that are served.
  const request = new AbortController();
  const giveUp = () => request.abort(signal.reason);
  const timer = setTimeout(
    () => request.abort(new DOMException('No answer in time.', 'TimeoutError')),
    limitMs,
  );
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp);
  try {
    return await run(request.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
