// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { cronOf, FIRST_TIMING, timingOf, toggleWeekday } from '@/features/schedules/cronForm';

describe('cronOf', () => {
  test.each([
    [{ frequency: 'hour', minute: 5 }, '5 * * * *'],
    [{ frequency: 'day', time: '08:05' }, '5 8 * * *'],
    [{ frequency: 'weekdays', time: '00:00' }, '0 0 * * 1-5'],
    [{ frequency: 'week', time: '18:30', weekdays: [0, 3] }, '30 18 * * 0,3'],
    [{ frequency: 'month', time: '23:59', day: 31 }, '59 23 31 * *'],
    [{ frequency: 'custom', cron: ' 0 8 * * 1 ' }, '0 8 * * 1'],
  ] as const)('%j is %s', (timing, cron) => {
    expect(cronOf({ ...FIRST_TIMING, ...timing } as typeof FIRST_TIMING)).toBe(cron);
  });

  test.each([
    { frequency: 'hour', minute: 60 },
    { frequency: 'hour', minute: NaN },
    { frequency: 'day', time: '' },
    { frequency: 'week', weekdays: [] },
    { frequency: 'month', day: 0 },
    { frequency: 'month', day: 1.5 },
    { frequency: 'custom', cron: '  ' },
  ] as const)('%j is nothing yet', (timing) => {
    expect(cronOf({ ...FIRST_TIMING, ...timing } as typeof FIRST_TIMING)).toBeNull();
  });
});

describe('timingOf', () => {
  test.each([
    '7 * * * *',
    '5 8 * * *',
    '0 9 * * 1-5',
    '30 18 * * 0,3',
    '0 8 15 * *',
    '*/10 * * * *',
  ])('gives %s back', (cron) => expect(cronOf(timingOf(cron))).toBe(cron));

  test.each([
    ['@daily', 'day'],
    ['@Hourly', 'hour'],
    ['@weekly', 'week'],
    ['@monthly', 'month'],
    ['0  8 * *   *', 'day'],
    ['0 8 * * 7', 'week'],
    ['0 8 1 * 1', 'custom'],
    ['0 8 1 1 *', 'custom'],
    ['0 8-18 * * *', 'custom'],
  ] as const)('%s is asked for by %s', (cron, frequency) => {
    expect(timingOf(cron).frequency).toBe(frequency);
  });

  test('counts both of Sunday’s numbers as one day', () => {
    expect(timingOf('0 8 * * 7,1,0').weekdays).toEqual([0, 1]);
  });
});

test('days of the week stay in order', () => {
  expect(toggleWeekday([1, 5], 3)).toEqual([1, 3, 5]);
  expect(toggleWeekday([1, 3], 3)).toEqual([1]);
});
