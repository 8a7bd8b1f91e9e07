import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';

import type { ToolStep } from '@/api/schema';
import { ToolSteps } from '@/features/session/messages/ToolSteps';

const step = (label: string, status: ToolStep['status'] = 'done'): ToolStep => ({
  name: 'search_sessions',
  label,
  status,
  offset: 0,
});
const lines = () => screen.getAllByRole('listitem').map((item) => item.textContent);

test('tells what was looked up, and what could not be', () => {
  render(
    <ToolSteps
      steps={[step('Searched sessions: boats'), step('Used weather', 'failed')]}
      isLive={false}
    />,
  );
  expect(lines()).toEqual(['Searched sessions: boats', 'Used weather (failed)']);
});

test('folds what would be a long list', async () => {
  const done = step('Opened session: Boats');
  render(<ToolSteps steps={[done, done, done, step('Boats', 'failed')]} isLive={false} />);
  expect(screen.getByRole('list', { hidden: true })).not.toBeVisible();
  await userEvent.click(screen.getByText('Used tools 4 times, 1 failed'));
  expect(screen.getAllByRole('listitem')).toHaveLength(4);
});

test('is not there where no tool was used', () => {
  const { container } = render(<ToolSteps steps={[]} isLive={false} />);
  expect(container.innerHTML).toBe('');
});

test('tells what is being looked up, and leaves it where it was when the answer has ended', () => {
  const done = step('Searched sessions: boats');
  const running = step('Opening a session', 'running');
  const { rerender } = render(<ToolSteps steps={[done, done, done, running]} isLive />);
  expect(lines().at(-1)).toBe('Opening a session…');
  rerender(<ToolSteps steps={[done, done, done, step('Opened session: Boats')]} isLive={false} />);
  expect(lines().at(-1)).toBe('Opened session: Boats');
  expect(screen.getByRole('list')).toBeVisible();
});

test('calls failed what ran when the answer broke off', () => {
  render(<ToolSteps steps={[step('Opening a session', 'running')]} isLive={false} />);
  expect(lines()).toEqual(['Opening a session (failed)']);
});
