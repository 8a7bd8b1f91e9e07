import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';

import { PublicConfigContext } from '@/api/publicConfig';
import type { Message } from '@/api/schema';
import { claimEditRequestId, stopEditing, useEditing } from '@/features/session/messages/editing';
import { UserMessage } from '@/features/session/messages/UserMessage';
import { useChatStore } from '@/stores/useChatStore';
import { CONFIG } from '@/testing/auth';
import { makeMessage } from '@/testing/messages';
import { renderWithQueries } from '@/testing/renderWithQueries';

afterEach(stopEditing);

function versions(): [Message, Message] {
  const branch = { count: 2, sibling_ids: [1, 3] };
  return [
    makeMessage({ id: 1, content: 'Cold nights?', branch: { index: 1, ...branch } }),
    makeMessage({ id: 3, content: 'From elsewhere', branch: { index: 2, ...branch } }),
  ];
}

function shown(message: Message) {
  return (
    <PublicConfigContext value={CONFIG}>
      <UserMessage key={message.id} message={message} />
    </PublicConfigContext>
  );
}

test('the editor stays with its words when another device leads to another version', async () => {
  const user = userEvent.setup();
  useChatStore.setState({ draftsOwnerId: 'ada' });
  const [mine, theirs] = versions();
  const { rerender } = renderWithQueries(shown(mine));
  await user.click(screen.getByRole('button', { name: 'Edit' }));
  const field = () => screen.getByRole('textbox', { name: 'Edited message' });
  await user.clear(field());
  await user.type(field(), 'Warm days');

  rerender(shown(theirs));
  expect(field()).toHaveValue('Warm days');
  expect(field()).toHaveFocus();
  await user.type(field(), ', and which?{Escape}');
  expect(screen.getByText('From elsewhere')).toBeVisible();

  rerender(shown(mine));
  await user.click(screen.getByRole('button', { name: 'Edit' }));
  expect(field()).toHaveValue('Warm days, and which?');
  // What is shown now is the edit itself.
  claimEditRequestId('Warm days');
  const { clientRequestId } = useEditing.getState().sent;
  rerender(shown({ ...theirs, content: 'Warm days', client_request_id: clientRequestId }));
  expect(screen.getByText('Warm days')).toBeVisible();
  rerender(shown(makeMessage({ id: 5, content: 'Another message' })));
  expect(screen.getByText('Another message')).toBeVisible();
});
