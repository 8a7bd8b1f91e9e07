// @vitest-environment node

import { describe, expect, test } from 'vitest';

import {
  daysBetween,
  formatDay,
  formatGroup,
  formatLoneTime,
  formatRowTime,
  groupOf,
} from '@/lib/time';

const NOW = new Date(2026, 10, 20, 9, 40);

describe('formatRowTime', () => {
  test.each([
    [new Date(2026, 10, 20, 9, 39, 30), 'now'],
    [new Date(2026, 10, 16, 18, 0), 'Mon'],
    [new Date(2026, 10, 13, 18, 0), '13 Nov'],
    [new Date(2024, 4, 3, 18, 0), '3 May 2024'],
  ])('%s is %s', (instant, words) => expect(formatRowTime(instant, NOW)).toBe(words));

  test('a clock ahead of ours is now', () => {
    expect(formatRowTime(new Date(2026, 10, 20, 9, 50), NOW)).toBe('now');
  });

  test('a moment ago is now, though it was yesterday', () => {
    const midnight = new Date(2026, 10, 20, 0, 0, 10);
    expect(formatRowTime(new Date(2026, 10, 19, 23, 59, 50), midnight)).toBe('now');
  });

  test('today and yesterday show the time of day', () => {
    expect(formatRowTime(new Date(2026, 10, 20, 8, 15), NOW)).toMatch(/8:15/);
    expect(formatRowTime(new Date(2026, 10, 19, 23, 59), NOW)).toMatch(/:59/);
  });
});

test('a clock time without a day above it is of today', () => {
  expect(formatLoneTime(new Date(2026, 10, 20, 8, 15), NOW)).toMatch(/8:15/);
  expect(formatLoneTime(new Date(2026, 10, 19, 23, 59), NOW)).toBe('Thu');
  expect(formatLoneTime(new Date(2026, 10, 13, 18, 0), NOW)).toBe('13 Nov');
});

describe('formatGroup', () => {
  test.each([
    [new Date(2026, 10, 20, 0, 0), 'Today'],
    [new Date(2026, 10, 19, 23, 59), 'Yesterday'],
    [new Date(2026, 10, 13, 0, 0), 'Previous 7 days'],
    [new Date(2026, 10, 12, 23, 59), 'November'],
    [new Date(2025, 10, 12, 12, 0), 'November 2025'],
  ])('%s belongs to %s', (instant, group) => expect(formatGroup(instant, NOW)).toBe(group));
});

test.each([
  [new Date(2026, 10, 20, 9, 39), new Date(2026, 10, 20)],
  [new Date(2026, 10, 20, 9, 50), new Date(2026, 10, 20)],
  [new Date(2026, 10, 19, 23, 59), new Date(2026, 10, 19)],
  [new Date(2026, 10, 14, 12, 0), new Date(2026, 10, 13)],
  [new Date(2026, 10, 12, 23, 59), new Date(2026, 10, 1)],
  [new Date(2024, 1, 29, 12, 0), new Date(2024, 1, 1)],
])('the group of %s reaches down to %s', (instant, start) => {
  expect(groupOf(instant, NOW)).toEqual({
    name: formatGroup(instant, NOW),
    startsAt: start.getTime(),
  });
  expect(formatGroup(start, NOW)).toBe(formatGroup(instant, NOW));
  expect(formatGroup(new Date(start.getTime() - 1), NOW)).not.toBe(formatGroup(instant, NOW));
});

test('formatDay names today and yesterday, and dates the rest', () => {
  expect(formatDay(NOW, NOW)).toBe('Today');
  expect(formatDay(new Date(2026, 10, 19, 1), NOW)).toBe('Yesterday');
  expect(formatDay(new Date(2026, 10, 9, 1), NOW)).toMatch(/Monday.*9 November 2026/);
});

test('daysBetween counts midnights, not 24 hours', () => {
  expect(daysBetween(new Date(2026, 10, 19, 23, 59), new Date(2026, 10, 20, 0, 1))).toBe(1);
  // A day of 25 hours where clocks go back; of 24 elsewhere.
  expect(daysBetween(new Date(2026, 9, 24, 12), new Date(2026, 9, 26, 12))).toBe(2);
});
