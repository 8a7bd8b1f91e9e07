// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { formatDuration, formatMoment, formatPlanned } from '@/features/schedules/scheduleTimes';

const NOW = new Date(2026, 10, 20, 9, 40);

test.each([
  [new Date(2026, 10, 20, 18, 30), /^today 0?6:30|^today 18:30/],
  [new Date(2026, 10, 21, 8, 0), /^tomorrow 0?8:00/],
  [new Date(2026, 10, 19, 8, 0), /^yesterday 0?8:00/],
  [new Date(2026, 10, 23, 8, 0), /^Mon,? 23 Nov 0?8:00/],
  [new Date(2026, 10, 2, 8, 0), /^2 Nov 0?8:00/],
  [new Date(2027, 0, 2, 8, 0), /^2 Jan 2027 0?8:00/],
])('%s is said as %s', (instant, words) => {
  expect(formatMoment(instant, NOW)).toMatch(words);
});

test('a planned time is written in the time zone of its schedule', () => {
  const instant = new Date('2026-11-23T23:30:00Z');
  expect(formatPlanned(instant, 'Europe/Berlin')).toMatch(/24 Nov,? .*0?0:30|24 Nov,? .*12:30/);
  expect(formatPlanned(instant, 'America/New_York')).toMatch(/23 Nov/);
});

describe('formatDuration', () => {
  test.each([
    [0.02, '0.1 s'],
    [0.44, '0.4 s'],
    [12.4, '12 s'],
    [59.6, '1 min'],
    [194, '3 min'],
    [3600, '1 h'],
    [3900, '1 h 5 min'],
  ])('%d seconds are %s', (seconds, words) => expect(formatDuration(seconds)).toBe(words));
});
