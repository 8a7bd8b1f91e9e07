import { type RefObject, useEffect } from 'react';

import { NOTHING_CHOSEN } from '@/features/picker/selection';
import { type Selection, useChatStore } from '@/stores/useChatStore';

/** Choosing several sessions of a list. */
export interface Selecting {
  /** Null while nobody is choosing. */
  selection: Selection | null;
  /** Changes what is chosen; the first time it begins the choosing. */
  change: (update: (selection: Selection) => Selection) => void;
  leave: () => void;
}

/**
 * What is chosen outlives the picker, which is another one when the device is turned. Escape in the
 * picker leaves.
 */
export function useSelecting(pickerRef: RefObject<HTMLElement | null>): Selecting {
  const selection = useChatStore((state) => state.selection);
  const isSelecting = selection !== null;
  useEffect(() => {
    if (!isSelecting) return;
    const onKeyDown = (event: KeyboardEvent) => {
      const isHere =
        event.target === document.body || pickerRef.current?.contains(event.target as Node);
      if (event.key !== 'Escape' || !isHere) return;
      // Ahead of the drawer, which would close with it.
      event.stopPropagation();
      leave();
    };
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, [isSelecting, pickerRef]);
  return { selection, change, leave };
}

function change(update: (selection: Selection) => Selection): void {
  const { selection, setSelection } = useChatStore.getState();
  setSelection(update(selection ?? NOTHING_CHOSEN));
}

function leave(): void {
  useChatStore.getState().setSelection(null);
}
