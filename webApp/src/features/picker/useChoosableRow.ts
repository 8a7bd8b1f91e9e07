import { type MouseEvent, type PointerEvent, useRef } from 'react';

import type { RowChoice } from '@/features/picker/rowProps';
import { useLongPress } from '@/lib/useLongPress';

interface ChoosableRow {
  choice: RowChoice;
  onOpen: () => void;
}

/**
 * Attributes of a row's link: it opens its session, or while several are being chosen it is a
 * checkbox. Ctrl, ⌘ or Shift with a click begin the choosing, and a finger that rests on the row.
 */
export function useChoosableRow({ choice, onOpen }: ChoosableRow) {
  const { isChoosing, isChosen, onChoose } = choice;
  const isTouch = useRef(false);
  const wasPressed = useRef(false);
  const begin = () => {
    if (isChoosing || wasPressed.current) return;
    wasPressed.current = true;
    onChoose('toggle');
  };
  const press = useLongPress(begin);
  return {
    ...(isChoosing && { role: 'checkbox', 'aria-checked': isChosen }),
    ...press,
    onPointerDown: (event: PointerEvent) => {
      isTouch.current = event.pointerType === 'touch';
      wasPressed.current = false;
      press.onPointerDown(event);
    },
    onContextMenu: (event: MouseEvent) => {
      // Where a finger that rests on a link would bring up the browser's own menu.
      if (!isTouch.current) return;
      event.preventDefault();
      begin();
    },
    onClick: (event: MouseEvent) => {
      if (wasPressed.current) {
        // The finger that rested on the row has left it.
        wasPressed.current = false;
        event.preventDefault();
      } else if (isChoosing || event.shiftKey || event.metaKey || event.ctrlKey) {
        event.preventDefault();
        onChoose(event.shiftKey ? 'range' : 'toggle');
      } else onOpen();
    },
  };
}
