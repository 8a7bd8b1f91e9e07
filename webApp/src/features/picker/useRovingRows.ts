import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react';
import type { VirtualizerHandle } from 'virtua';

import { isRow, type PickerItem, type PickerRow } from '@/features/picker/pickerItems';

interface RovingRows {
  items: PickerItem[];
  /** The row of what is open, if it has one. */
  openKey: string | null;
  listRef: RefObject<HTMLElement | null>;
  virtualizerRef: RefObject<VirtualizerHandle | null>;
  onToggleFold: (scheduleId: string) => void;
  /** Called when the focus moves while Shift is held. */
  onShiftMove: (to: PickerRow, from: PickerRow) => void;
}

interface IndexedRow {
  row: PickerRow;
  index: number;
}

function indexRows(items: readonly PickerItem[]): IndexedRow[] {
  const rows: IndexedRow[] = [];
  for (const [index, item] of items.entries()) if (isRow(item)) rows.push({ row: item, index });
  return rows;
}

/**
 * Arrow keys between the rows of a list that mounts only what is seen. One row is the tab stop:
 * the one last focused, or once that is gone the one in its place, else the open one, else the
 * first. Right unfolds a schedule, left folds it.
 */
export function useRovingRows(options: RovingRows) {
  const { items, openKey, listRef, virtualizerRef, onToggleFold } = options;
  const [focused, setFocused] = useState<{ key: string; at: number } | null>(null);
  const [measurements, countMeasurement] = useReducer((count: number) => count + 1, 0);
  const wantedKey = useRef<string | null>(null);
  const rows = useMemo(() => indexRows(items), [items]);
  const find = (key: string | null) => rows.find(({ row }) => row.key === key);
  const inItsPlace = focused && rows[Math.min(focused.at, rows.length - 1)];
  const stop = find(focused?.key ?? null) ?? inItsPlace ?? find(openKey) ?? rows[0];
  const noteFocus = (key: string) =>
    setFocused({ key, at: rows.findIndex(({ row }) => row.key === key) });

  const focusRow = useCallback(
    (key: string) => {
      const selector = `[data-row="${CSS.escape(key)}"]`;
      const row = listRef.current?.querySelector<HTMLElement>(selector);
      row?.focus({ preventScroll: true });
      return row !== null && row === document.activeElement;
    },
    [listRef],
  );
  useEffect(() => {
    if (wantedKey.current !== null && focusRow(wantedKey.current)) wantedKey.current = null;
  }, [focused, measurements, focusRow]);

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
    noteFocus(target.row.key);
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
      const target = rows[targets[event.key] ?? -1];
      moveTo(target);
      if (event.shiftKey && target) options.onShiftMove(target.row, stop.row);
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
    onFocusRow: noteFocus,
    /** Gives the focus to the tab stop, where it is. */
    focusStop: () => stop && focusRow(stop.row.key),
    onMeasured,
  };
}
