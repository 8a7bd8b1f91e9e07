// @vitest-environment node

import { describe, expect, test } from 'vitest';

import {
  type Fold,
  type PickerContent,
  type PickerItem,
  pickerItems,
} from '@/features/picker/pickerItems';
import { makeRunSchedule } from '@/testing/schedules';
import { makeSession } from '@/testing/sessions';

const NOW = new Date(2026, 10, 20, 9, 40);
const NOTHING: PickerContent = { sessions: [], schedules: [], folds: new Map(), hasMore: false };

function at(day: number, hour: number): string {
  return new Date(2026, 10, day, hour).toISOString();
}

function words(items: PickerItem[]): (string | null)[] {
  return items.map((item) => {
    switch (item.kind) {
      case 'label':
        return `# ${item.text}`;
      case 'session':
        return item.session.title;
      case 'run':
        return `- ${item.session.title ?? ''}`;
      case 'schedule':
        return `${item.isUnfolded ? 'v' : '>'} ${item.schedule.title}`;
      case 'schedule-link':
        return '- change';
      case 'fold-end':
        return '- …';
    }
  });
}

test('pinned sessions come first, the others under the name of their time', () => {
  const sessions = [
    makeSession({ title: 'a', updated_at: at(20, 8) }),
    makeSession({ title: 'b', updated_at: at(20, 7) }),
    makeSession({ title: 'c', updated_at: at(19, 7) }),
    makeSession({ title: 'd', updated_at: new Date(2026, 9, 2).toISOString(), pinned: true }),
    makeSession({ title: 'e', updated_at: new Date(2026, 9, 1).toISOString() }),
  ];
  expect(words(pickerItems({ ...NOTHING, sessions }, NOW))).toEqual([
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

test('a row stays the same one while others come', () => {
  const [one, other] = [
    makeSession({ updated_at: at(20, 8) }),
    makeSession({ updated_at: at(2, 7) }),
  ];
  const before = pickerItems({ ...NOTHING, sessions: [other] }, NOW);
  const after = pickerItems({ ...NOTHING, sessions: [one, other] }, NOW);
  expect(after.at(-1)).toBe(before.at(-1));
});

test('no sessions make no groups', () => {
  expect(pickerItems(NOTHING, NOW)).toEqual([]);
});

describe('schedules', () => {
  const sessions = [
    makeSession({ title: 'morning', updated_at: at(20, 9) }),
    makeSession({ title: 'night', updated_at: at(20, 1) }),
  ];
  const digest = makeRunSchedule({ title: 'digest', runAt: at(20, 8) });
  const weekly = makeRunSchedule({ title: 'weekly', runAt: at(16, 8) });

  test('stand among the sessions by their last run', () => {
    const items = pickerItems({ ...NOTHING, sessions, schedules: [weekly, digest] }, NOW);
    expect(words(items)).toEqual([
      '# Today',
      'morning',
      '> digest',
      'night',
      '# Previous 7 days',
      '> weekly',
    ]);
  });

  test('from below the last loaded session wait until their place is loaded', () => {
    const items = pickerItems(
      { ...NOTHING, sessions, schedules: [weekly, digest], hasMore: true },
      NOW,
    );
    expect(words(items)).toEqual(['# Today', 'morning', '> digest', 'night']);
  });

  test('stand alone where all sessions are folded', () => {
    expect(words(pickerItems({ ...NOTHING, schedules: [digest] }, NOW))).toEqual([
      '# Today',
      '> digest',
    ]);
  });

  test('show their runs when unfolded, and where older ones are still to come', () => {
    const run = makeSession({ title: 'run', schedule_id: digest.schedule_id });
    const fold: Fold = { sessions: [run], hasMore: true, hasFailed: false };
    const folds = new Map([[digest.schedule_id, fold]]);
    const items = pickerItems({ ...NOTHING, schedules: [digest, weekly], folds }, NOW);
    expect(words(items)).toEqual([
      '# Today',
      'v digest',
      '- change',
      '- run',
      '- …',
      '# Previous 7 days',
      '> weekly',
    ]);
  });

  test('a run that was continued stands in both places under keys of their own', () => {
    const run = makeSession({ updated_at: at(20, 9), schedule_id: digest.schedule_id });
    const fold: Fold = { sessions: [run], hasMore: false, hasFailed: false };
    const folds = new Map([[digest.schedule_id, fold]]);
    const items = pickerItems({ ...NOTHING, sessions: [run], schedules: [digest], folds }, NOW);
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
  });
});
