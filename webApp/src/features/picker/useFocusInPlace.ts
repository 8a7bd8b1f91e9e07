import { type RefObject, useEffect, useRef } from 'react';

import type { PickerItem } from '@/features/picker/pickerItems';

/** Where the focus may be without having left the row that it came from. */
const OF_A_ROW = '[role="menu"], [role="dialog"]';

interface FocusInPlace {
  items: readonly PickerItem[];
  listRef: RefObject<HTMLElement | null>;
  /** Gives the focus to the row that is the tab stop. */
  focusStop: () => void;
}

/**
 * Whoever was in a row that goes away, or in its menu, goes on in the row that takes its place, and
 * not at the beginning of the page.
 */
export function useFocusInPlace({ items, listRef, focusStop }: FocusInPlace): void {
  const lastInList = useRef<Element | null>(null);
  const latest = useRef(focusStop);
  useEffect(() => {
    latest.current = focusStop;
  });
  useEffect(() => {
    const note = ({ target }: Event) => {
      if (!(target instanceof Element)) return;
      if (listRef.current?.contains(target)) lastInList.current = target;
      else if (!target.closest(OF_A_ROW)) lastInList.current = null;
    };
    document.addEventListener('focusin', note);
    document.addEventListener('pointerdown', note);
    return () => {
      document.removeEventListener('focusin', note);
      document.removeEventListener('pointerdown', note);
    };
  }, [listRef]);
  useEffect(() => {
    // The menu that it was removed from is still about to close.
    const timer = setTimeout(() => {
      if (document.activeElement !== document.body) return;
      if (!lastInList.current || lastInList.current.isConnected) return;
      lastInList.current = null;
      latest.current();
    });
    return () => clearTimeout(timer);
  }, [items]);
}
