import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';

import { ToolSteps } from '@/features/session/messages/ToolSteps';

test('tells what was looked up, and what could not be', () => {
  render(
    <ToolSteps
      steps={[
        { name: 'search_sessions', label: 'Searched sessions: boats', status: 'done' },
        { name: 'weather', label: 'Used weather', status: 'failed' },
      ]}
    />,
  );
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    'Searched sessions: boats',
    'Used weather (failed)',
  ]);
});

test('folds what would be a long list', async () => {
  const step = { name: 'open_session', label: 'Opened session: Boats', status: 'done' } as const;
  render(<ToolSteps steps={[step, step, step, { ...step, status: 'failed' }]} />);
  expect(screen.getByRole('list', { hidden: true })).not.toBeVisible();
  await userEvent.click(screen.getByText('Used tools 4 times, 1 failed'));
  expect(screen.getAllByRole('listitem')).toHaveLength(4);
});

test('is not there where no tool was used', () => {
  const { container } = render(<ToolSteps steps={null} />);
  expect(container.innerHTML).toBe('');
});
