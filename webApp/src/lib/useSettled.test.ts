import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { useSettled } from '@/lib/useSettled';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('follows only what has stayed the same for a moment', () => {
  const hook = renderHook(({ text }) => useSettled(text, 150), { initialProps: { text: '' } });
  const wait = (milliseconds: number) =>
    act(() => {
      vi.advanceTimersByTime(milliseconds);
    });
  hook.rerender({ text: 'f' });
  wait(100);
  hook.rerender({ text: 'fr' });
  wait(100);
  expect(hook.result.current).toBe('');
  wait(50);
  expect(hook.result.current).toBe('fr');
});
