import { useCallback, useLayoutEffect, useRef } from 'react';

/**
 * A handler of events that is the same one at every drawing, and does what the latest one would: rows
 * that are given it need not be drawn again.
 */
export function useStable<Given extends unknown[], Result>(
  handler: (...given: Given) => Result,
): (...given: Given) => Result {
  const latest = useRef(handler);
  useLayoutEffect(() => {
    latest.current = handler;
  });
  return useCallback((...given: Given) => latest.current(...given), []);
}
