import { type KeyboardEvent, type RefObject, useEffect, useReducer, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

import type { PickerItem } from '@/features/picker/groupSessions';

interface RovingRows {
  items: PickerItem[];
  openSessionId: string | null;
  listRef: RefObject<HTMLElement | null>;
  virtualizerRef: RefObject<VirtualizerHandle | null>;
}

/**
 * Arrow keys between the rows of a list that mounts only what is seen. One row is the tab stop:
 * the one last focused, else the open one, else the first.
 */
export function useRovingRows({ items, openSessionId, listRef, virtualizerRef }: RovingRows) {
  const [focusedId, setFocusedId] = useState<string | null>(null);
  const [measurements, countMeasurement] = useReducer((count: number) => count + 1, 0);
  const wantedId = useRef<string | null>(null);
  const rows = items.flatMap((item, index) =>
    item.kind === 'session' ? [{ id: item.key, index }] : [],
  );
  const stop =
    rows.find((row) => row.id === focusedId) ??
    rows.find((row) => row.id === openSessionId) ??
    rows[0];

  useEffect(() => {
    if (wantedId.current === null) return;
    const selector = `[data-session-id="${CSS.escape(wantedId.current)}"]`;
    const row = listRef.current?.querySelector<HTMLElement>(selector);
    row?.focus({ preventScroll: true });
    if (row === document.activeElement) wantedId.current = null;
  }, [focusedId, measurements, listRef]);

  // A row that was far away is hidden until it is measured, and cannot take the focus before.
  const onMeasured = () => {
    if (wantedId.current !== null) countMeasurement();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const at = rows.findIndex((row) => row.id === stop?.id);
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
    };
    const target = rows[targets[event.key] ?? -1];
    if (!(event.key in targets)) return;
    event.preventDefault();
    if (!target) return;
    // With the first row its group's name comes into view as well.
    virtualizerRef.current?.scrollToIndex(target === rows[0] ? 0 : target.index, {
      align: 'nearest',
    });
    wantedId.current = target.id;
    setFocusedId(target.id);
  };

  return { tabStop: stop, onKeyDown, onFocusRow: setFocusedId, onMeasured };
}
