import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter } from 'react-router';
import { afterEach, describe, expect, test, vi } from 'vitest';

import { SessionRow } from '@/features/picker/SessionRow';
import { makeSession } from '@/testing/sessions';

const onOpen = vi.fn();
const onChoose = vi.fn();

afterEach(() => {
  vi.clearAllMocks();
  vi.useRealTimers();
});

function renderRow(
  more: Parameters<typeof makeSession>[0],
  { isChoosing = false, isChosen = false, isWaiting = false } = {},
) {
  render(
    <MemoryRouter>
      <SessionRow
        session={makeSession({ channel: 'telegram', ...more })}
        time="now"
        isOpen={false}
        rowKey="row"
        isTabStop
        isWaiting={isWaiting}
        choice={{ isChoosing, isChosen, onChoose }}
        onOpen={onOpen}
        onFocus={vi.fn()}
        onKeyDown={vi.fn()}
        renderMenu={() => null}
      />
    </MemoryRouter>,
  );
  return screen.getByRole(isChoosing ? 'checkbox' : 'link');
}

test('a title of nothing but spaces still leaves something to click on', () => {
  expect(renderRow({ title: '   ', message_count: 2 })).toHaveTextContent('Untitled session');
});

test('what was not delivered replaces the preview', () => {
  const row = renderRow({ has_failed_delivery: true });
  expect(row).toHaveTextContent('Not delivered to Telegram');
  expect(row).not.toHaveTextContent('The last words');
});

test('an answer that failed is named, whether or not a part of it had come', () => {
  expect(renderRow({ has_failed_answer: true })).toHaveTextContent('Answer failed');
});

test('a session of the web that goes on in Telegram names Telegram too', () => {
  const row = renderRow({ channel: 'web', has_failed_delivery: true });
  expect(row).toHaveTextContent('Not delivered to Telegram');
});

test('an answer being written comes before what was not delivered', () => {
  const row = renderRow({ has_failed_delivery: true, is_answering: true });
  expect(row).toHaveTextContent('Answering');
  expect(row).not.toHaveTextContent('Not delivered');
});

test('a change that waits for the server is marked', () => {
  const row = renderRow({}, { isWaiting: true });
  expect(row).toHaveTextContent('Change waiting to be sent');
});

describe('choosing', () => {
  test('begins with Ctrl, ⌘ or Shift and a click, which otherwise opens the session', async () => {
    const row = renderRow({});
    const user = userEvent.setup();
    await user.click(row);
    expect(onOpen).toHaveBeenCalledOnce();
    await user.keyboard('{Control>}');
    await user.click(row);
    await user.keyboard('{/Control}{Meta>}');
    await user.click(row);
    await user.keyboard('{/Meta}{Shift>}');
    await user.click(row);
    expect(onChoose.mock.calls).toEqual([['toggle'], ['toggle'], ['range']]);
    expect(onOpen).toHaveBeenCalledOnce();
  });

  test('begins when a finger rests on the row, and its leaving opens nothing', () => {
    vi.useFakeTimers();
    const row = renderRow({});
    fireEvent.pointerDown(row, { pointerType: 'touch' });
    vi.advanceTimersByTime(600);
    fireEvent.contextMenu(row);
    fireEvent.pointerUp(row, { pointerType: 'touch' });
    fireEvent.click(row);
    expect(onChoose.mock.calls).toEqual([['toggle']]);
    expect(onOpen).not.toHaveBeenCalled();
    fireEvent.pointerDown(row, { pointerType: 'touch' });
    fireEvent.click(row);
    expect(onOpen).toHaveBeenCalledOnce();
  });

  test('makes the row a checkbox that tells whether it is chosen', async () => {
    const row = renderRow({ title: 'Letter' }, { isChoosing: true, isChosen: true });
    expect(row).toBeChecked();
    expect(row).toHaveAccessibleName(/Telegram.*Letter/);
    await userEvent.click(row);
    expect(onChoose).toHaveBeenCalledExactlyOnceWith('toggle');
    expect(onOpen).not.toHaveBeenCalled();
  });
});
