import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';

import type { Session } from '@/api/schema';
import { NewTitleItem } from '@/features/sessionMenu/NewTitleItem';
import { Menu } from '@/lib/ui/Menu';
import { renderWithQueries } from '@/testing/renderWithQueries';
import { makeSession } from '@/testing/sessions';

function renderItem(session: Partial<Session>) {
  renderWithQueries(
    <Menu isOpenAtFirst trigger={<button type="button">Menu</button>}>
      <NewTitleItem session={makeSession({ title_source: 'generated', ...session })} />
    </Menu>,
  );
  return screen.queryByRole('menuitem');
}

test('a title can be asked for where it is the server’s', () => {
  expect(renderItem({})).toHaveTextContent(/^New title$/);
});

test('a title that is being made is not asked for twice', () => {
  const item = renderItem({ title_status: 'waiting' });
  expect(item).toHaveTextContent('Making a title…');
  expect(item).toHaveAttribute('aria-disabled', 'true');
});

test('that none could be made is told where it can be tried again', () => {
  const item = renderItem({ title_status: 'failed' });
  expect(item).toHaveTextContent('New titlecould not be made');
  expect(item).not.toHaveAttribute('aria-disabled');
});

test.each([{ title_source: 'user' as const }, { message_count: 0 }])(
  'nothing is offered for %o',
  (session) => {
    expect(renderItem(session)).toBeNull();
  },
);
