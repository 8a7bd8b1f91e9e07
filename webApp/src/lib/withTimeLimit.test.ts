// @vitest-environment node
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { withTimeLimit } from '@/lib/withTimeLimit';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function limitOf(signal: AbortSignal) {
  return { limitMs: 30_000, signal, error: new Error('late') };
}

/** A request that nobody answers. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

test('gives up what hangs when the time is over', async () => {
  const outcome = withTimeLimit(limitOf(new AbortController().signal), hang).catch(
    (error: unknown) => error,
  );
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await outcome).toMatchObject({ message: 'late' });
});

test('gives up at once when its caller does', async () => {
  const caller = new AbortController();
  const outcome = withTimeLimit(limitOf(caller.signal), hang).catch((error: unknown) => error);
  caller.abort(new Error('left'));
  expect(await outcome).toMatchObject({ message: 'left' });
});

test('returns the answer and leaves nothing behind', async () => {
  const { signal } = new AbortController();
  expect(await withTimeLimit(limitOf(signal), () => Promise.resolve('news'))).toBe('news');
  expect(vi.getTimerCount()).toBe(0);
});
