import type { Session } from '@/api/schema';
import type { PickerItem, PickerRow } from '@/features/picker/pickerItems';
import type { Selection } from '@/stores/useChatStore';

/** A row that stands for one session. */
export type SessionPickerRow = Extract<PickerRow, { session: Session }>;

const NONE: ReadonlySet<string> = new Set();
export const NOTHING_CHOSEN: Selection = { ids: NONE, base: NONE, anchor: null };

/** Runs can be chosen like sessions; schedules and the names of groups cannot. */
export function isSessionRow(item: PickerItem): item is SessionPickerRow {
  return 'session' in item;
}

/** Chooses a row, or no longer; the next range begins at it. */
export function toggleRow({ ids }: Selection, row: SessionPickerRow): Selection {
  const toggled = new Set(ids);
  if (!toggled.delete(row.session.session_id)) toggled.add(row.session.session_id);
  return { ids: toggled, base: toggled, anchor: row.key };
}

interface Range {
  /** Where it begins when none was begun before. */
  from: string | null;
  to: string;
}

/** Draws the range up to a row, longer or shorter than before; what was chosen apart from it stays. */
export function chooseRange(
  { base, anchor }: Selection,
  rows: readonly SessionPickerRow[],
  { from, to }: Range,
): Selection {
  const indexOf = (key: string | null) => rows.findIndex((row) => row.key === key);
  const end = indexOf(to);
  if (end === -1) return { ids: base, base, anchor };
  const begin = [anchor, from, to].map(indexOf).find((index) => index !== -1) ?? end;
  const range = rows.slice(Math.min(begin, end), Math.max(begin, end) + 1);
  const ids = new Set([...base, ...range.map(({ session }) => session.session_id)]);
  return { ids, base, anchor: rows[begin]?.key ?? to };
}

export function chooseAll({ anchor }: Selection, rows: readonly SessionPickerRow[]): Selection {
  const ids = new Set(rows.map(({ session }) => session.session_id));
  return { ids, base: ids, anchor };
}

/** The chosen sessions that are in the list as it stands, in its order. */
export function chosenOf({ ids }: Selection, rows: readonly SessionPickerRow[]): Session[] {
  const chosen = new Map<string, Session>();
  for (const { session } of rows) {
    if (ids.has(session.session_id)) chosen.set(session.session_id, session);
  }
  return [...chosen.values()];
}
