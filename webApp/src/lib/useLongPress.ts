import { type PointerEvent, useEffect, useRef } from 'react';

const LONG_PRESS_MS = 500;
const MOVED_PX = 10;

/** Handlers that call back when a finger has rested on an element. */
export function useLongPress(onLongPress: (element: Element) => void) {
  const press = useRef<{ timer: number; x: number; y: number } | null>(null);
  const cancel = () => {
    if (press.current) clearTimeout(press.current.timer);
    press.current = null;
  };
  useEffect(() => cancel, []);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== 'touch') return;
      const element = event.currentTarget;
      const timer = window.setTimeout(() => onLongPress(element), LONG_PRESS_MS);
      press.current = { timer, x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event: PointerEvent) => {
      const start = press.current;
      if (!start) return;
      const moved = Math.hypot(event.clientX - start.x, event.clientY - start.y);
      if (moved > MOVED_PX) cancel();
    },
    onPointerUp: cancel,
    onPointerCancel: cancel,
  };
}
