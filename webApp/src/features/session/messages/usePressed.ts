import { useEffect, useRef, useState } from 'react';

import { useLongPress } from '@/lib/useLongPress';

/** Tells that a finger has rested on an element, until another one is touched or the list moves. */
export function usePressed() {
  const [isPressed, setIsPressed] = useState(false);
  const row = useRef<Element>(null);
  const pressHandlers = useLongPress((element) => {
    row.current = element;
    setIsPressed(true);
  });
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
  return { isPressed, pressHandlers };
}
