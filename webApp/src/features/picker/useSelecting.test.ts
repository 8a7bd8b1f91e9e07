import { act, renderHook } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ListFilter } from '@/api/queryKeys';
import { useSelecting } from '@/features/picker/useSelecting';

const picker = document.createElement('aside');
const row = picker.appendChild(document.createElement('button'));
const elsewhere = document.createElement('button');
const onEscape = vi.fn();

function render() {
  const initialProps: { filter: ListFilter } = { filter: null };
  return renderHook(({ filter }) => useSelecting(filter, { current: picker }), { initialProps });
}

beforeEach(() => {
  document.body.append(picker, elsewhere);
  // As a drawer does around the picker.
  document.addEventListener('keydown', onEscape, { capture: true });
});

afterEach(() => {
  document.removeEventListener('keydown', onEscape, { capture: true });
  document.body.replaceChildren();
  vi.clearAllMocks();
});

test('Escape in the picker leaves the choosing, and closes nothing around it', async () => {
  const { result } = render();
  act(() => result.current.change((before) => before));
  expect(result.current.selection?.ids.size).toBe(0);
  elsewhere.focus();
  await userEvent.keyboard('{Escape}');
  expect(result.current.selection).not.toBeNull();
  expect(onEscape).toHaveBeenCalledOnce();
  row.focus();
  await userEvent.keyboard('{Escape}');
  expect(result.current.selection).toBeNull();
  expect(onEscape).toHaveBeenCalledOnce();
  await userEvent.keyboard('{Escape}');
  expect(onEscape).toHaveBeenCalledTimes(2);
});

test('another filter is another list, of which nothing is chosen', () => {
  const { result, rerender } = render();
  act(() => result.current.change((before) => before));
  rerender({ filter: 'web' });
  expect(result.current.selection).toBeNull();
  rerender({ filter: null });
  expect(result.current.selection).toBeNull();
});
