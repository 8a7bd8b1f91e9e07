import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';

import { dismissToast, toastAction, toastError } from '@/lib/toast';

// jsdom has no such thing.
HTMLElement.prototype.setPointerCapture = () => undefined;

test('the first toast is shown although its place has to be loaded', async () => {
  toastError('Your browser did not allow copying.');
  expect(await screen.findByText('Your browser did not allow copying.')).toBeVisible();
});

test('a press on what a toast offers leaves the focus where it is', async () => {
  const field = document.body.appendChild(document.createElement('input'));
  field.focus();
  toastAction('Deleted.', { label: 'Undo', onAction: () => undefined });
  const target = await screen.findByRole('button', { name: 'Undo' });

  await userEvent.pointer({ keys: '[MouseLeft>]', target });

  expect(field).toHaveFocus();
});

test('a toast can be taken away also while the pointer keeps it', async () => {
  toastAction('Gone.', { label: 'Undo', onAction: () => undefined }, 'gone');
  const sentence = await screen.findByText('Gone.');
  fireEvent.mouseEnter(sentence);

  dismissToast('gone');

  await waitFor(() => expect(sentence).not.toBeInTheDocument());
});
