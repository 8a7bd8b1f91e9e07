/** How often a schedule runs, as the form asks for it. */
export type Frequency = 'hour' | 'day' | 'weekdays' | 'week' | 'month' | 'custom';

/** What the form knows about the time; only some of it matters for each frequency. */
export interface Timing {
  frequency: Frequency;
  /** Minute of the hour, 0–59. */
  minute: number;
  /** Time of the day as HH:MM. */
  time: string;
  /** Days of the week as cron counts them, 0 is Sunday; in rising order. */
  weekdays: number[];
  /** Day of the month, 1–31. */
  day: number;
  /** The expression of the custom frequency, as it was typed. */
  cron: string;
}

export const FIRST_TIMING: Timing = {
  frequency: 'day',
  minute: 0,
  time: '08:00',
  weekdays: [1],
  day: 1,
  cron: '',
};

const PRESETS: Record<string, string> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
};
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** The timing as a cron expression; null while something is missing. */
export function cronOf(timing: Timing): string | null {
  const { frequency, minute, weekdays, day } = timing;
  if (frequency === 'custom') return timing.cron.trim() || null;
  if (frequency === 'hour') return isWithin(minute, 0, 59) ? `${minute} * * * *` : null;
  const [, hours, minutes] = TIME.exec(timing.time) ?? [];
  if (hours === undefined) return null;
  const clock = `${Number(minutes)} ${Number(hours)}`;
  switch (frequency) {
    case 'day':
      return `${clock} * * *`;
    case 'weekdays':
      return `${clock} * * 1-5`;
    case 'week':
      return weekdays.length === 0 ? null : `${clock} * * ${weekdays.join(',')}`;
    case 'month':
      return isWithin(day, 1, 31) ? `${clock} ${day} * *` : null;
  }
}

/** The timing that gives this expression; custom where the form has no words for it. */
export function timingOf(expression: string): Timing {
  const cron = PRESETS[expression.trim().toLowerCase()] ?? expression.trim().replace(/\s+/g, ' ');
  // Whoever goes on from here to the custom frequency begins with what there is.
  const timing = { ...FIRST_TIMING, cron };
  const hourly = /^(\d{1,2}) \* \* \* \*$/.exec(cron);
  if (hourly) return { ...timing, frequency: 'hour', minute: Number(hourly[1]) };
  const [, minutes, hours, day = '', weekday = ''] =
    /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|1-5|[0-7](?:,[0-7])*)$/.exec(cron) ?? [];
  if (minutes === undefined || hours === undefined) return { ...timing, frequency: 'custom' };
  const timed = { ...timing, time: `${hours.padStart(2, '0')}:${minutes.padStart(2, '0')}` };
  if (day === '*' && weekday === '*') return { ...timed, frequency: 'day' };
  if (weekday === '*') return { ...timed, frequency: 'month', day: Number(day) };
  if (day !== '*') return { ...timing, frequency: 'custom' };
  if (weekday === '1-5') return { ...timed, frequency: 'weekdays' };
  return { ...timed, frequency: 'week', weekdays: weekdaysOf(weekday) };
}

/** Puts a day of the week in or takes it out. */
export function toggleWeekday(weekdays: readonly number[], weekday: number): number[] {
  if (weekdays.includes(weekday)) return weekdays.filter((other) => other !== weekday);
  return [...weekdays, weekday].sort((one, other) => one - other);
}

/** Sunday is 0 and 7. */
function weekdaysOf(list: string): number[] {
  const numbers = list.split(',').map((number) => Number(number) % 7);
  return [...new Set(numbers)].sort((one, other) => one - other);
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
