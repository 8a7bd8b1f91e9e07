import type { Schedule, ScheduledRun, Session } from '@/api/schema';
import { groupOf } from '@/lib/time';

/** A schedule that has run; its row stands for all its runs. */
export type RunSchedule = Schedule & { last_run: ScheduledRun };

/** What is loaded of the sessions under an unfolded schedule; nothing yet when undefined. */
export interface Fold {
  sessions: Session[] | undefined;
  hasMore: boolean;
  hasFailed: boolean;
}

/** Something the arrow keys reach. */
export type PickerRow =
  | { kind: 'session'; key: string; session: Session }
  | { kind: 'schedule'; key: string; schedule: RunSchedule; isUnfolded: boolean }
  | { kind: 'schedule-link'; key: string; schedule: RunSchedule; foldKey: string }
  | { kind: 'run'; key: string; session: Session; foldKey: string };

export type PickerItem =
  | PickerRow
  | { kind: 'label'; key: string; text: string }
  | { kind: 'fold-end'; key: string; schedule: RunSchedule; fold: Fold };

export interface PickerContent {
  sessions: Session[];
  /** Those that have run. */
  schedules: RunSchedule[];
  /** Unfolded schedules, by id. */
  folds: ReadonlyMap<string, Fold>;
  /** Older sessions are not loaded yet. */
  hasMore: boolean;
}

/** What has a place in time, in milliseconds since 1970. */
type Entry = { at: number; session: PickerItem } | { at: number; schedule: RunSchedule };

/** Lists of thousands are made anew with every page that comes; what is known of a row is kept. */
const knownEntries = new WeakMap<Session, Entry>();

export function hasRun(schedule: Schedule): schedule is RunSchedule {
  return schedule.last_run !== null;
}

/** True for what can be opened or unfolded; group names and the ends of folds cannot. */
export function isRow(item: PickerItem): item is PickerRow {
  return item.kind !== 'label' && item.kind !== 'fold-end';
}

export function sessionKey(sessionId: string): string {
  return `session ${sessionId}`;
}

/** The picker's items in order: what is pinned, then sessions and schedules by their last activity. */
export function pickerItems(content: PickerContent, now: Date): PickerItem[] {
  const { sessions, folds } = content;
  const items: PickerItem[] = [];
  const pinned = sessions.filter((session) => session.pinned);
  if (pinned.length > 0) items.push(labelled('Pinned'));
  for (const session of pinned) items.push(...rowsOf(toEntry(session), folds));
  const others = sessions.filter((session) => !session.pinned).map(toEntry);
  addGroups(items, mergeByTime(others, placedSchedules(content)), { folds, now });
  return items;
}

/** Newest first. A schedule from below the last loaded session waits until its place is there. */
function placedSchedules({ sessions, schedules, hasMore }: PickerContent): Entry[] {
  const last = sessions.at(-1);
  const end = hasMore && last ? Date.parse(last.updated_at) : -Infinity;
  return schedules
    .map((schedule) => ({ at: Date.parse(schedule.last_run.scheduled_for), schedule }))
    .filter(({ at }) => at >= end)
    .sort((one, other) => other.at - one.at);
}

/** Both lists keep their own order. */
function mergeByTime(sessions: Entry[], schedules: Entry[]): Entry[] {
  if (schedules.length === 0) return sessions;
  const merged: Entry[] = [];
  let placed = 0;
  for (const entry of sessions) {
    for (let next = schedules[placed]; next && next.at >= entry.at; next = schedules[placed]) {
      merged.push(next);
      placed += 1;
    }
    merged.push(entry);
  }
  return [...merged, ...schedules.slice(placed)];
}

function toEntry(session: Session): Entry {
  const known = knownEntries.get(session);
  if (known) return known;
  const item = { kind: 'session' as const, key: sessionKey(session.session_id), session };
  const entry = { at: Date.parse(session.updated_at), session: item };
  knownEntries.set(session, entry);
  return entry;
}

function labelled(text: string): PickerItem {
  return { kind: 'label', key: `group ${text}`, text };
}

/** Adds entries, newest first, each group under its name. */
function addGroups(
  items: PickerItem[],
  entries: Entry[],
  { folds, now }: { folds: PickerContent['folds']; now: Date },
): void {
  let current = { name: '', startsAt: Infinity };
  for (const entry of entries) {
    if (entry.at < current.startsAt) {
      const next = groupOf(new Date(entry.at), now);
      if (next.name !== current.name) items.push(labelled(next.name));
      current = next;
    }
    items.push(...rowsOf(entry, folds));
  }
}

function rowsOf(entry: Entry, folds: PickerContent['folds']): PickerItem[] {
  if ('session' in entry) return [entry.session];
  const { schedule } = entry;
  const id = schedule.schedule_id;
  const key = `schedule ${id}`;
  const fold = folds.get(id);
  const row: PickerItem = { kind: 'schedule', key, schedule, isUnfolded: fold !== undefined };
  if (!fold) return [row];
  const runs = (fold.sessions ?? []).map((session): PickerItem => {
    // Continued, a run also stands among the sessions: here it has a key of its own.
    return { kind: 'run', key: `run ${session.session_id}`, session, foldKey: key };
  });
  const end: PickerItem = { kind: 'fold-end', key: `end ${id}`, schedule, fold };
  return [
    row,
    { kind: 'schedule-link', key: `link ${id}`, schedule, foldKey: key },
    ...runs,
    ...(fold.hasMore || !fold.sessions ? [end] : []),
  ];
}
