import type { SessionSearch } from '@/api/hooks/useSessionSearch';

export type Period = 'any' | 'today' | 'week' | 'month' | 'year' | 'dates';

/** What narrows a search, as it is chosen in the panel. */
export interface SearchFilters extends Pick<SessionSearch, 'order' | 'channel' | 'archived'> {
  period: Period;
  /** Days like 2026-11-21 in the reader's time zone, for `dates`; empty for no end. */
  firstDay: string;
  lastDay: string;
}

export const NO_FILTERS: SearchFilters = {
  order: 'relevance',
  channel: null,
  archived: 'all',
  period: 'any',
  firstDay: '',
  lastDay: '',
};

const DAYS_BACK = { today: 0, week: 6, month: 29, year: 364 } as const;

/** True when the filters leave something out; the order does not. */
export function isNarrowed({ channel, archived, period }: SearchFilters): boolean {
  return channel !== null || archived !== 'all' || period !== 'any';
}

/** True when no day is in both ends. */
export function isBackwards({ period, firstDay, lastDay }: SearchFilters): boolean {
  return period === 'dates' && firstDay !== '' && lastDay !== '' && firstDay > lastDay;
}

/** The instants between which a session's last activity must be. */
export function rangeOf(filters: SearchFilters, now: Date): Pick<SessionSearch, 'from' | 'to'> {
  const { period, firstDay, lastDay } = filters;
  if (period === 'any') return { from: null, to: null };
  if (period === 'dates') return { from: startOf(firstDay), to: startOf(lastDay, 1) };
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate() - DAYS_BACK[period]);
  return { from: today.toISOString(), to: null };
}

/** Midnight in the reader's time zone at which a day begins, or one some days later. */
function startOf(day: string, daysLater = 0): string | null {
  const [year, month, date] = day.split('-').map(Number);
  // A year is typed digit by digit; nothing here is older than a few years.
  if (!year || !month || !date || year < 1000) return null;
  const start = new Date(year, month - 1, date + daysLater);
  return start.toISOString();
}
