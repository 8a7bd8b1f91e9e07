import { type PointerEvent, useEffect, useRef, useState } from 'react';

const LONG_PRESS_MS = 500;
const MOVED_PX = 10;

/** Tells that a finger has rested on an element, until another one is touched or the list moves. */
export function useLongPress() {
  const [isPressed, setIsPressed] = useState(false);
  const row = useRef<Element>(null);
  const press = useRef<{ timer: number; x: number; y: number } | null>(null);

  const cancel = () => {
    if (press.current) clearTimeout(press.current.timer);
    press.current = null;
  };
  useEffect(() => cancel, []);
  useEffect(() => {
    if (!isPressed) return;
    const end = ({ target }: Event) => {
      if (!(target instanceof Node && row.current?.contains(target))) setIsPressed(false);
    };
    document.addEventListener('pointerdown', end);
    document.addEventListener('scroll', end, { capture: true, passive: true });
    return () => {
      document.removeEventListener('pointerdown', end);
      document.removeEventListener('scroll', end, { capture: true });
    };
  }, [isPressed]);

  const pressHandlers = {
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== 'touch') return;
      row.current = event.currentTarget;
      const timer = window.setTimeout(() => setIsPressed(true), LONG_PRESS_MS);
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
  return { isPressed, pressHandlers };
}
