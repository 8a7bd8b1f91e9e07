import { expect, test } from 'vitest';

import { groupSessions, type PickerItem } from '@/features/picker/groupSessions';
import { makeSession } from '@/testing/sessions';

const NOW = new Date(2026, 10, 20, 9, 40);

function words(items: PickerItem[]): (string | null)[] {
  return items.map((item) => (item.kind === 'label' ? `# ${item.text}` : item.session.title));
}

test('pinned sessions come first, the others under the name of their time', () => {
  const sessions = [
    makeSession({ title: 'a', updated_at: new Date(2026, 10, 20, 8).toISOString() }),
    makeSession({ title: 'b', updated_at: new Date(2026, 10, 20, 7).toISOString() }),
    makeSession({ title: 'c', updated_at: new Date(2026, 10, 19, 7).toISOString() }),
    makeSession({ title: 'd', updated_at: new Date(2026, 9, 2).toISOString(), pinned: true }),
    makeSession({ title: 'e', updated_at: new Date(2026, 9, 1).toISOString() }),
  ];
  expect(words(groupSessions(sessions, NOW))).toEqual([
    '# Pinned',
    'd',
    '# Today',
    'a',
    'b',
    '# Yesterday',
    'c',
    '# October',
    'e',
  ]);
});

test('no sessions make no groups', () => {
  expect(groupSessions([], NOW)).toEqual([]);
});
