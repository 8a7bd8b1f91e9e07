import { act } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { useDeleteSessions } from '@/api/hooks/useDeleteSessions';
import { deleteSessions } from '@/api/manySessions';
import { carryOutRemovals } from '@/lib/removals';
import { dismissToast, toastAction } from '@/lib/toast';
import { renderHookWithQueries } from '@/testing/renderWithQueries';
import { makeSessions } from '@/testing/sessions';

vi.mock('@/api/manySessions', () => ({ deleteSessions: vi.fn(() => Promise.resolve()) }));
vi.mock('@/lib/toast', () => ({ toastAction: vi.fn(), dismissToast: vi.fn() }));

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Deletes two sessions; returns what is offered about it. */
function deleteTwo() {
  const { result } = renderHookWithQueries(() => useDeleteSessions());
  act(() => result.current(makeSessions(2)));
  const [sentence, action, toastId] = vi.mocked(toastAction).mock.lastCall ?? [];
  expect(sentence).toBe('2 sessions are deleted.');
  return { undo: () => action?.onAction(), toastId };
}

test('undo is offered until the sessions are deleted, and no longer', () => {
  const { toastId } = deleteTwo();
  vi.advanceTimersByTime(7_999);
  expect(deleteSessions).not.toHaveBeenCalled();
  expect(dismissToast).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(deleteSessions).toHaveBeenCalledOnce();
  expect(dismissToast).toHaveBeenCalledExactlyOnceWith(toastId);
});

test('undo is not offered to whoever leaves before its time is over', async () => {
  const { toastId } = deleteTwo();
  await carryOutRemovals();
  expect(dismissToast).toHaveBeenCalledExactlyOnceWith(toastId);
});

test('what was undone in time is not deleted', () => {
  deleteTwo().undo();
  vi.advanceTimersByTime(20_000);
  expect(deleteSessions).not.toHaveBeenCalled();
});
