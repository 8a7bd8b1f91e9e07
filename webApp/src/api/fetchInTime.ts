/** How long the server may take to begin its answer; a stream in it may last. */
const LONGEST_WAIT_MS = 30_000;

/**
 * `fetch` that gives up a request without an answer: over a connection that only this end has, for
 * one, which must not hold back what comes after it.
 */
export async function fetchInTime(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), LONGEST_WAIT_MS);
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, late.signal]) });
  } finally {
    clearTimeout(timer);
  }
}
