import { useEffect, useState } from 'react';

const SETTLE_MS = 150;

/** A text once nobody has typed for an instant, without the blanks around it. */
export function useSettledText(text: string): string {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text.trim()), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
