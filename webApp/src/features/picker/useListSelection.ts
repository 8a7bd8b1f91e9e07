import { type KeyboardEvent, useMemo } from 'react';

import type { Session } from '@/api/schema';
import type { PickerItem, PickerRow } from '@/features/picker/pickerItems';
import {
  chooseAll,
  chooseRange,
  chosenOf,
  isSessionRow,
  toggleRow,
} from '@/features/picker/selection';
import type { Selecting } from '@/features/picker/useSelecting';

interface ListSelection {
  items: readonly PickerItem[];
  /** The row of what is open, if it has one: a range may begin there. */
  openKey: string | null;
  selecting: Selecting;
}

const NONE: Session[] = [];

/** What is chosen of the rows in the list, and how pointer and keys choose. */
export function useListSelection({ items, openKey, selecting }: ListSelection) {
  const { selection, change } = selecting;
  const rows = useMemo(() => items.filter(isSessionRow), [items]);
  const chosen = useMemo(() => (selection ? chosenOf(selection, rows) : NONE), [selection, rows]);
  const chooseUpTo = (to: string, from: string | null) =>
    change((before) => chooseRange(before, rows, { from, to }));
  const choose = (item: PickerItem, how: 'toggle' | 'range') => {
    if (!isSessionRow(item)) return;
    if (how === 'range') chooseUpTo(item.key, openKey);
    else change((before) => toggleRow(before, item));
  };
  const selectAll = () => change((before) => chooseAll(before, rows));
  return {
    chosen,
    isAllChosen: selection !== null && rows.every((row) => isChosen(selection.ids, row)),
    selectAll,
    selectNone: () => change((before) => chooseAll(before, [])),
    choose,
    isChosen: (item: PickerItem): boolean =>
      selection !== null && isSessionRow(item) && isChosen(selection.ids, item),
    /** The focus has moved while Shift was held. */
    onShiftMove: (to: PickerRow, from: PickerRow) => {
      if (isSessionRow(to)) chooseUpTo(to.key, from.key);
    },
    /** True when the key was about choosing. */
    onKeyDown: (event: KeyboardEvent<HTMLElement>): boolean => {
      const focused = rows.find(({ key }) => key === event.currentTarget.dataset.row);
      if (event.key === ' ' && focused) choose(focused, event.shiftKey ? 'range' : 'toggle');
      else if (event.key === 'a' && (event.metaKey || event.ctrlKey)) selectAll();
      else return false;
      event.preventDefault();
      return true;
    },
  };
}

function isChosen(ids: ReadonlySet<string>, { session }: { session: Session }): boolean {
  return ids.has(session.session_id);
}
