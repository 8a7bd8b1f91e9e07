import { renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { useFocusInPlace } from '@/features/picker/useFocusInPlace';

const focusStop = vi.fn();
let list: HTMLElement;
let row: HTMLButtonElement;
let field: HTMLInputElement;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  list = document.createElement('nav');
  row = list.appendChild(document.createElement('button'));
  field = document.createElement('input');
  document.body.append(list, field);
});
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

/** Draws the list; what is returned takes the row away and draws it again. */
function drawList(): () => void {
  const listRef = { current: list };
  const { rerender } = renderHook(() => useFocusInPlace({ items: [], listRef, focusStop }));
  return () => {
    row.remove();
    rerender();
    vi.runAllTimers();
  };
}

function openMenu(): HTMLElement {
  const menu = document.body.appendChild(document.createElement('div'));
  menu.setAttribute('role', 'menu');
  menu.tabIndex = -1;
  menu.focus();
  return menu;
}

test('the focus of a row that goes away passes to the one in its place', () => {
  const removeRow = drawList();
  row.focus();
  removeRow();
  expect(focusStop).toHaveBeenCalledOnce();
});

test('so does that of the menu of a row', () => {
  const removeRow = drawList();
  row.focus();
  openMenu().remove();
  removeRow();
  expect(focusStop).toHaveBeenCalledOnce();
});

test('a row that goes away takes no focus from elsewhere', () => {
  const removeRow = drawList();
  row.focus();
  field.focus();
  removeRow();
  expect(field).toHaveFocus();
  expect(focusStop).not.toHaveBeenCalled();
});

test('whoever has clicked beside the list is not called back into it', () => {
  const removeRow = drawList();
  row.focus();
  document.body.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  row.blur();
  removeRow();
  expect(focusStop).not.toHaveBeenCalled();
});
