import { render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';

import { ErrorBoundary } from '@/app/ErrorBoundary';

function Broken(): never {
  throw new Error('Not drawn.');
}

test('what a part throws takes nothing else of the page with it', () => {
  // React reports what was thrown; here it is expected.
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  render(
    <>
      <p>The picker</p>
      <ErrorBoundary>
        <Broken />
      </ErrorBoundary>
    </>,
  );
  expect(screen.getByText('The picker')).toBeVisible();
  expect(screen.getByRole('alert')).toHaveTextContent('This part of the page stopped working.');
  expect(screen.getByRole('button', { name: 'Load it again' })).toBeVisible();
});
