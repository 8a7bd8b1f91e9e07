const DAY_MS = 24 * 60 * 60 * 1000;

// The app speaks English; only the choice between 09:36 and 9:36 AM follows the reader.
const LANGUAGE = 'en-GB';
const { hourCycle, hour12 } = new Intl.DateTimeFormat(undefined, {
  hour: 'numeric',
}).resolvedOptions();

/** Makes a formatter in the app's language. */
export function formatIn(options: Intl.DateTimeFormatOptions): (date: Date) => string {
  const formatter = new Intl.DateTimeFormat(LANGUAGE, options);
  return (date) => formatter.format(date);
}

/** How the reader writes the time of a day. */
export const clockOptions: Intl.DateTimeFormatOptions = {
  hour: hour12 ? 'numeric' : '2-digit',
  minute: '2-digit',
  ...(hourCycle && { hourCycle }),
};

const clock = formatIn(clockOptions);
const weekday = formatIn({ weekday: 'short' });
const dayAndMonth = formatIn({ day: 'numeric', month: 'short' });
const fullDate = formatIn({ day: 'numeric', month: 'short', year: 'numeric' });
const month = formatIn({ month: 'long' });
const monthAndYear = formatIn({ month: 'long', year: 'numeric' });
const longDate = formatIn({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });

/** Midnights between two instants in the reader's time zone: 0 is the same day, 1 the day before. */
export function daysBetween(earlier: Date, later: Date): number {
  const start = new Date(earlier).setHours(0, 0, 0, 0);
  const end = new Date(later).setHours(0, 0, 0, 0);
  return Math.round((end - start) / DAY_MS);
}

/** The time of a row under the name of its day: `now`, 09:36, Thu, 12 Nov or 3 May 2024. */
export function formatRowTime(instant: Date, now: Date): string {
  const isYesterday = !isNow(instant, now) && daysBetween(instant, now) === 1;
  return isYesterday ? clock(instant) : formatLoneTime(instant, now);
}

/** The time of a row that no day stands above, where a clock time means today. */
export function formatLoneTime(instant: Date, now: Date): string {
  if (isNow(instant, now)) return 'now';
  const days = daysBetween(instant, now);
  if (days <= 0) return clock(instant);
  if (days < 7) return weekday(instant);
  return instant.getFullYear() === now.getFullYear() ? dayAndMonth(instant) : fullDate(instant);
}

function isNow(instant: Date, now: Date): boolean {
  return now.getTime() - instant.getTime() < 60_000;
}

/** The time of a run among other runs: 09:36, Thu 09:36, 12 Nov 09:36 or 3 May 2024. */
export function formatRunTime(instant: Date, now: Date): string {
  const days = daysBetween(instant, now);
  if (days <= 0) return clock(instant);
  if (days < 7) return `${weekday(instant)} ${clock(instant)}`;
  if (instant.getFullYear() !== now.getFullYear()) return fullDate(instant);
  return `${dayAndMonth(instant)} ${clock(instant)}`;
}

/** The clock time of an instant: 09:36. */
export function formatClock(instant: Date): string {
  return clock(instant);
}

/** The date of an instant: 20 Nov 2026. */
export function formatDate(instant: Date): string {
  return fullDate(instant);
}

/** A day as a divider names it: Today, Yesterday, or the whole date. */
export function formatDay(instant: Date, now: Date): string {
  const days = daysBetween(instant, now);
  if (days <= 0) return 'Today';
  return days === 1 ? 'Yesterday' : longDate(instant);
}

/** A name for a stretch of time, which begins at an instant and reaches up to the next group. */
export interface TimeGroup {
  name: string;
  /** Milliseconds since 1970. */
  startsAt: number;
}

/** The group of the picker an instant belongs to. Making one takes a while; see `startsAt`. */
export function groupOf(instant: Date, now: Date): TimeGroup {
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  const days = daysBetween(instant, now);
  if (days === 1) start.setDate(start.getDate() - 1);
  else if (days > 1 && days <= 7) start.setDate(start.getDate() - 7);
  else if (days > 7) start.setFullYear(instant.getFullYear(), instant.getMonth(), 1);
  return { name: formatGroup(instant, now), startsAt: start.getTime() };
}

/** The name of that group. */
export function formatGroup(instant: Date, now: Date): string {
  const days = daysBetween(instant, now);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days <= 7) return 'Previous 7 days';
  return instant.getFullYear() === now.getFullYear() ? month(instant) : monthAndYear(instant);
}
