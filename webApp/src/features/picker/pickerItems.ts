import type { Schedule, ScheduledRun, Session } from '@/api/schema';
import { formatGroup } from '@/lib/time';

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

type Entry = { at: string; session: Session } | { at: string; schedule: RunSchedule };

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
  const pinned = sessions.filter((session) => session.pinned).map(toEntry);
  const others = sessions.filter((session) => !session.pinned).map(toEntry);
  const entries = mergeByTime(others, placedSchedules(content));
  return [
    ...group(pinned, folds, () => 'Pinned'),
    ...group(entries, folds, ({ at }) => formatGroup(new Date(at), now)),
  ];
}

/** Newest first. A schedule from below the last loaded session waits until its place is there. */
function placedSchedules({ sessions, schedules, hasMore }: PickerContent): Entry[] {
  const last = sessions.at(-1);
  const end = hasMore && last ? Date.parse(last.updated_at) : -Infinity;
  return schedules
    .map((schedule) => ({ at: schedule.last_run.scheduled_for, schedule }))
    .filter(({ at }) => Date.parse(at) >= end)
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

/** Both lists keep their own order. */
function mergeByTime(sessions: Entry[], schedules: Entry[]): Entry[] {
  const waiting = [...schedules];
  const merged = sessions.flatMap((entry) => {
    const before = waiting.findIndex(({ at }) => Date.parse(at) < Date.parse(entry.at));
    return [...waiting.splice(0, before === -1 ? waiting.length : before), entry];
  });
  return [...merged, ...waiting];
}

function toEntry(session: Session): Entry {
  return { at: session.updated_at, session };
}

function group(
  entries: Entry[],
  folds: PickerContent['folds'],
  nameGroup: (entry: Entry) => string,
): PickerItem[] {
  let current = '';
  return entries.flatMap((entry) => {
    const rows = rowsOf(entry, folds);
    const text = nameGroup(entry);
    if (text === current) return rows;
    current = text;
    return [{ kind: 'label', key: `group ${text}`, text }, ...rows];
  });
}

function rowsOf(entry: Entry, folds: PickerContent['folds']): PickerItem[] {
  if ('session' in entry) {
    const { session } = entry;
    return [{ kind: 'session', key: sessionKey(session.session_id), session }];
  }
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
