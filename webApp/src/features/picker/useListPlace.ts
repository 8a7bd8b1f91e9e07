import { type RefObject, useLayoutEffect, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';

import type { ListFilter } from '@/api/queryKeys';
import type { PickerItem } from '@/features/picker/pickerItems';

/** The first item in sight of the list that was shown last; null at its top. */
let kept: { filter: ListFilter; key: string; offset: number } | null = null;

interface ListPlace {
  items: readonly PickerItem[];
  filter: ListFilter;
  virtualizerRef: RefObject<VirtualizerHandle | null>;
}

/**
 * A list that comes back finds its place: the drawer was closed, or the device was turned. That of
 * another filter starts at its top.
 */
export function useListPlace({ items, filter, virtualizerRef }: ListPlace) {
  // Only when the list appears; the reader moves it afterwards.
  const [start] = useState(() => findPlace(items, filter));

  useLayoutEffect(() => {
    if (!start) kept = null;
    else
      virtualizerRef.current?.scrollToIndex(start.index, { align: 'start', offset: start.offset });
  }, [start, virtualizerRef]);

  /** The list has been moved. */
  return () => {
    const list = virtualizerRef.current;
    if (!list) return;
    const index = list.findItemIndex(list.scrollOffset);
    const key = items[index]?.key;
    const offset = list.scrollOffset - list.getItemOffset(index);
    kept = key === undefined || list.scrollOffset <= 0 ? null : { filter, key, offset };
  };
}

function findPlace(items: readonly PickerItem[], filter: ListFilter) {
  if (kept?.filter !== filter) return null;
  const { key, offset } = kept;
  const index = items.findIndex((item) => item.key === key);
  return index === -1 ? null : { index, offset };
}
