import { render, screen } from '@testing-library/react';
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

test('is not there where no tool was used', () => {
  const { container } = render(<ToolSteps steps={null} />);
  expect(container.innerHTML).toBe('');
});
