import { startTransition, useEffect, useState } from 'react';

/** A value once it has stayed the same for so long, as what somebody has typed. */
export function useSettled<Value>(value: Value, milliseconds: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    // Whatever hangs on it is drawn between two keystrokes, never before one.
    const settle = () => startTransition(() => setSettled(value));
    const timer = window.setTimeout(settle, milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}
