import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';

import { toastError } from '@/lib/toast';

test('the first toast is shown although its place has to be loaded', async () => {
  toastError('Your browser did not allow copying.');
  expect(await screen.findByText('Your browser did not allow copying.')).toBeVisible();
});
