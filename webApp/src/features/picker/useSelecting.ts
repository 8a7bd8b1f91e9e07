import { type RefObject, useEffect, useState } from 'react';

import type { ListFilter } from '@/api/queryKeys';
import { NOTHING_CHOSEN, type Selection } from '@/features/picker/selection';

/** Choosing several sessions of a list. */
export interface Selecting {
  /** Null while nobody is choosing. */
  selection: Selection | null;
  /** Changes what is chosen; the first time it begins the choosing. */
  change: (update: (selection: Selection) => Selection) => void;
  leave: () => void;
}

/** Another filter is another list, of which nothing is chosen. Escape in the picker leaves. */
export function useSelecting(
  filter: ListFilter,
  pickerRef: RefObject<HTMLElement | null>,
): Selecting {
  const [state, setState] = useState<{ filter: ListFilter; selection: Selection } | null>(null);
  if (state !== null && state.filter !== filter) setState(null);
  const leave = () => setState(null);
  const isSelecting = state !== null;
  useEffect(() => {
    if (!isSelecting) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const isHere =
        event.target === document.body || pickerRef.current?.contains(event.target as Node);
      if (event.key !== 'Escape' || !isHere) return;
      // Ahead of the drawer, which would close with it.
      event.stopPropagation();
      setState(null);
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [isSelecting, pickerRef]);
  return {
    selection: state?.selection ?? null,
    change: (update) => {
      setState((before) => ({ filter, selection: update(before?.selection ?? NOTHING_CHOSEN) }));
    },
    leave,
  };
}
