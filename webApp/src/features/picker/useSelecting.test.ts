import { act, renderHook } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { useSelecting } from '@/features/picker/useSelecting';
import { useChatStore } from '@/stores/useChatStore';

const picker = document.createElement('aside');
const row = picker.appendChild(document.createElement('button'));
const elsewhere = document.createElement('button');
const onEscape = vi.fn();

function render() {
  return renderHook(() => useSelecting({ current: picker }));
}

beforeEach(() => {
  useChatStore.setState(useChatStore.getInitialState(), true);
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
  const { result } = render();
  act(() => result.current.change((before) => before));
  act(() => useChatStore.getState().setChannelFilter('all'));
  expect(result.current.selection).not.toBeNull();
  act(() => useChatStore.getState().setChannelFilter('web'));
  expect(result.current.selection).toBeNull();
  act(() => useChatStore.getState().setChannelFilter('all'));
  expect(result.current.selection).toBeNull();
});

test('the choosing goes on in another picker, and ends with the user', () => {
  const before = render();
  act(() => before.result.current.change((chosen) => ({ ...chosen, ids: new Set(['one']) })));
  before.unmount();
  const { result } = render();
  expect(result.current.selection?.ids).toEqual(new Set(['one']));
  act(() => useChatStore.getState().forgetUser());
  expect(result.current.selection).toBeNull();
});
