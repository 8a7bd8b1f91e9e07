import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';

import type { Session } from '@/api/schema';
import { RenameDialog } from '@/features/sessionMenu/RenameDialog';
import { makeSession } from '@/testing/sessions';

const boat = makeSession({ title: 'Boat', version: 3 });

function openDialog(session: Session) {
  const onRename = vi.fn();
  const dialogOf = (shown: Session) => (
    <RenameDialog
      session={shown}
      opener={document.body}
      onClose={() => undefined}
      onRename={onRename}
    />
  );
  const { rerender } = render(dialogOf(session));
  return {
    onRename,
    hear: (news: Partial<Session>) => rerender(dialogOf({ ...session, ...news })),
  };
}

function submit(title?: string): void {
  const field = screen.getByRole('textbox', { name: 'Title' });
  if (title !== undefined) fireEvent.change(field, { target: { value: title } });
  fireEvent.click(screen.getByRole('button', { name: 'Rename' }));
}

test('a name from another device that came meanwhile is said to be replaced', () => {
  const { onRename, hear } = openDialog(boat);
  hear({ title: 'Ship', version: 4 });
  submit('Barge');
  expect(onRename).toHaveBeenCalledExactlyOnceWith('Barge', boat);
});

test('a name from another device stays when nothing was written here', () => {
  const { onRename, hear } = openDialog(boat);
  hear({ title: 'Ship', version: 4 });
  submit();
  expect(onRename).not.toHaveBeenCalled();
});

test('a session that the server makes meanwhile is renamed as the server has it', () => {
  const { onRename, hear } = openDialog({ ...boat, version: 0 });
  hear({ version: 1 });
  submit('Barge');
  expect(onRename).toHaveBeenCalledExactlyOnceWith('Barge', { ...boat, version: 1 });
});
