// @vitest-environment node

import { expect, test } from 'vitest';

import { findTimeZones, timeZones } from '@/features/schedules/timeZones';

test.each([
  ['lisb', 'Europe/Lisbon'],
  ['new york', 'America/New_York'],
  ['new_y', 'America/New_York'],
  ['BERLIN', 'Europe/Berlin'],
  ['são paulo', 'America/Sao_Paulo'],
  ['utc', 'UTC'],
])('%s finds %s first', (query, zone) => {
  expect(findTimeZones(query)[0]).toBe(zone);
});

test('nothing typed finds all of them, and no place none', () => {
  expect(findTimeZones(' ')).toHaveLength(timeZones().length);
  expect(findTimeZones('atlantis')).toEqual([]);
});
