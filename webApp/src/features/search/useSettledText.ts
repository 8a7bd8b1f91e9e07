import { startTransition, useEffect, useState } from 'react';

const SETTLE_MS = 150;

/** A text once nobody has typed for an instant, without the blanks around it. */
export function useSettledText(text: string): string {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    // Whatever hangs on it is drawn between two keystrokes, never before one.
    const settle = () => startTransition(() => setSettled(text.trim()));
    const timer = window.setTimeout(settle, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
