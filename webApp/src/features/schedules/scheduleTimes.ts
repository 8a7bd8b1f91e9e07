import { clockOptions, daysBetween, formatClock, formatIn } from '@/lib/time';

/** An instant in a time zone, as a list of planned runs shows it: Mon 23 Nov, 08:00. */
export function formatPlanned(instant: Date, timeZone: string): string {
  const format = formatIn({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone,
    ...clockOptions,
  });
  return format(instant);
}

/** The clock time of an instant in a time zone. */
export function formatClockIn(instant: Date, timeZone: string): string {
  return formatIn({ ...clockOptions, timeZone })(instant);
}

/** When something was or will be, for the reader: today 08:00, tomorrow 08:00, Mon 23 Nov 08:00. */
export function formatMoment(instant: Date, now: Date): string {
  const days = daysBetween(instant, now);
  const name = { '-1': 'tomorrow', '0': 'today', '1': 'yesterday' }[String(days)];
  if (name !== undefined) return `${name} ${formatClock(instant)}`;
  const isThisYear = instant.getFullYear() === now.getFullYear();
  const day = formatIn({
    day: 'numeric',
    month: 'short',
    ...(days < 0 && days > -7 ? { weekday: 'short' } : {}),
    ...(!isThisYear && { year: 'numeric' }),
  });
  return `${day(instant)} ${formatClock(instant)}`;
}

/** How long a run took: 0.4 s, 12 s, 3 min, 1 h 5 min. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Math.max(0.1, Math.round(seconds * 10) / 10)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}
