// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { isBackwards, NO_FILTERS, rangeOf } from '@/features/search/searchFilters';

const NOW = new Date(2026, 10, 21, 15, 30);
const midnight = (month: number, day: number) => new Date(2026, month, day).toISOString();

describe('rangeOf', () => {
  test('begins today and on the days before at midnight of the reader', () => {
    expect(rangeOf(NO_FILTERS, NOW)).toEqual({ from: null, to: null });
    expect(rangeOf({ ...NO_FILTERS, period: 'today' }, NOW).from).toBe(midnight(10, 21));
    expect(rangeOf({ ...NO_FILTERS, period: 'week' }, NOW).from).toBe(midnight(10, 15));
    expect(rangeOf({ ...NO_FILTERS, period: 'month' }, NOW).from).toBe(midnight(9, 23));
  });

  test('holds the whole last day, and is open where no day is given', () => {
    const dates = { ...NO_FILTERS, period: 'dates', firstDay: '2026-03-28' } as const;
    expect(rangeOf({ ...dates, lastDay: '2026-03-29' }, NOW)).toEqual({
      from: midnight(2, 28),
      to: midnight(2, 30),
    });
    expect(rangeOf({ ...dates, lastDay: '' }, NOW).to).toBeNull();
    expect(rangeOf({ ...dates, firstDay: '0002-03-28' }, NOW).from).toBeNull();
  });

  test('is backwards only with both days given', () => {
    const dates = { ...NO_FILTERS, period: 'dates', firstDay: '2026-03-28' } as const;
    expect(isBackwards({ ...dates, lastDay: '2026-03-27' })).toBe(true);
    expect(isBackwards({ ...dates, lastDay: '2026-03-28' })).toBe(false);
    expect(isBackwards(dates)).toBe(false);
  });
});
