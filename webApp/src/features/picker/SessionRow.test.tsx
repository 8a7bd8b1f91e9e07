import { render, screen } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { expect, test, vi } from 'vitest';

import { SessionRow } from '@/features/picker/SessionRow';
import { makeSession } from '@/testing/sessions';

function renderRow(more: Parameters<typeof makeSession>[0]) {
  render(
    <MemoryRouter>
      <SessionRow
        session={makeSession({ channel: 'telegram', ...more })}
        time="now"
        isOpen={false}
        rowKey="row"
        isTabStop
        onOpen={vi.fn()}
        onFocus={vi.fn()}
        onKeyDown={vi.fn()}
        renderMenu={() => null}
      />
    </MemoryRouter>,
  );
  return screen.getByRole('link');
}

test('what was not delivered replaces the preview', () => {
  const row = renderRow({ has_failed_delivery: true });
  expect(row).toHaveTextContent('Not delivered to Telegram');
  expect(row).not.toHaveTextContent('The last words');
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
