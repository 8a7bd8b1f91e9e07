import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { CopyButton } from '@/features/session/messages/CopyButton';
import { MessageRow } from '@/features/session/messages/MessageRow';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function renderRow() {
  render(
    <MessageRow
      label="Answer"
      footClassName=""
      foot="09:36"
      actions={<CopyButton look="icon" text={() => 'Words'} />}
    >
      Words
    </MessageRow>,
  );
  const row = screen.getByRole('article', { name: 'Answer' });
  const isShown = () => row.dataset.pressed === 'true';
  return { row, isShown };
}

const FINGER = { pointerType: 'touch', clientX: 10, clientY: 10 };

function rest(): void {
  act(() => {
    vi.advanceTimersByTime(600);
  });
}

describe('MessageRow', () => {
  test('shows its action while a finger rests, and until another place is touched', () => {
    const { row, isShown } = renderRow();
    fireEvent.pointerDown(row, FINGER);
    rest();
    fireEvent.pointerUp(row, FINGER);
    expect(isShown()).toBe(true);
    fireEvent.pointerDown(screen.getByRole('button', { name: 'Copy' }), FINGER);
    expect(isShown()).toBe(true);
    fireEvent.pointerDown(document.body, FINGER);
    expect(isShown()).toBe(false);
  });

  test('does not take a tap or a swipe for a long press', () => {
    const { row, isShown } = renderRow();
    fireEvent.pointerDown(row, FINGER);
    fireEvent.pointerUp(row, FINGER);
    rest();
    fireEvent.pointerDown(row, FINGER);
    fireEvent.pointerMove(row, { ...FINGER, clientY: 40 });
    rest();
    expect(isShown()).toBe(false);
  });
});
