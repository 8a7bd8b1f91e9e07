import { type KeyboardEvent, type RefObject, useEffect, useReducer, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

import { isRow, type PickerItem, type PickerRow } from '@/features/picker/pickerItems';

interface RovingRows {
  items: PickerItem[];
  /** The row of what is open, if it has one. */
  openKey: string | null;
  listRef: RefObject<HTMLElement | null>;
  virtualizerRef: RefObject<VirtualizerHandle | null>;
  onToggleFold: (scheduleId: string) => void;
}

interface IndexedRow {
  row: PickerRow;
  index: number;
}

/**
 * Arrow keys between the rows of a list that mounts only what is seen. One row is the tab stop:
 * the one last focused, else the open one, else the first. Right unfolds a schedule, left folds it.
 */
export function useRovingRows(options: RovingRows) {
  const { items, openKey, listRef, virtualizerRef, onToggleFold } = options;
  const [focusedKey, setFocusedKey] = useState<string | null>(null);
  const [measurements, countMeasurement] = useReducer((count: number) => count + 1, 0);
  const wantedKey = useRef<string | null>(null);
  const rows = items.flatMap((item, index): IndexedRow[] =>
    isRow(item) ? [{ row: item, index }] : [],
  );
  const find = (key: string | null) => rows.find(({ row }) => row.key === key);
  const stop = find(focusedKey) ?? find(openKey) ?? rows[0];

  useEffect(() => {
    if (wantedKey.current === null) return;
    const selector = `[data-row="${CSS.escape(wantedKey.current)}"]`;
    const row = listRef.current?.querySelector<HTMLElement>(selector);
    row?.focus({ preventScroll: true });
    if (row === document.activeElement) wantedKey.current = null;
  }, [focusedKey, measurements, listRef]);

  // A row that was far away is hidden until it is measured, and cannot take the focus before.
  const onMeasured = () => {
    if (wantedKey.current !== null) countMeasurement();
  };

  const moveTo = (target: IndexedRow | undefined) => {
    if (!target) return;
    // With the first row its group's name comes into view as well.
    virtualizerRef.current?.scrollToIndex(target === rows[0] ? 0 : target.index, {
      align: 'nearest',
    });
    wantedKey.current = target.row.key;
    setFocusedKey(target.row.key);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (!stop) return;
    const at = rows.indexOf(stop);
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
    };
    if (event.key in targets) {
      event.preventDefault();
      moveTo(rows[targets[event.key] ?? -1]);
    } else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      const { row } = stop;
      const opens = event.key === 'ArrowRight';
      if (row.kind === 'schedule' && row.isUnfolded !== opens) {
        onToggleFold(row.schedule.schedule_id);
      } else if ('foldKey' in row && !opens) moveTo(find(row.foldKey));
      else return;
      event.preventDefault();
    }
  };

  return {
    tabStop: stop && { key: stop.row.key, index: stop.index },
    onKeyDown,
    onFocusRow: setFocusedKey,
    onMeasured,
  };
}
