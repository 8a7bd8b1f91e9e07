import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { toast } from 'sonner';
import { afterEach, expect, test, vi } from 'vitest';

import { toastAction, toastError } from '@/lib/toast';

// jsdom has no such thing.
HTMLElement.prototype.setPointerCapture = () => undefined;

afterEach(async () => {
  toast.dismiss();
  await waitFor(() => expect(document.querySelector('[data-sonner-toast]')).toBeNull());
});

test('the first toast is shown although its place has to be loaded', async () => {
  toastError('Your browser did not allow copying.');
  expect(await screen.findByText('Your browser did not allow copying.')).toBeVisible();
});

test('a click on what a toast offers leaves the focus where it is', async () => {
  const field = document.body.appendChild(document.createElement('input'));
  field.focus();
  const onAction = vi.fn();
  toastAction('Deleted.', { label: 'Undo', onAction });

  await userEvent.click(await screen.findByRole('button', { name: 'Undo' }));

  expect(onAction).toHaveBeenCalledOnce();
  expect(field).toHaveFocus();
});
