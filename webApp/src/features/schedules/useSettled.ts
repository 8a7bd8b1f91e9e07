import { useEffect, useState } from 'react';

const SETTLE_MS = 250;

/** A cron expression and its zone, once nobody has typed for a moment. */
export function useSettled(cron: string | null, timezone: string) {
  const [settled, setSettled] = useState({ cron, timezone });
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ cron, timezone }), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [cron, timezone]);
  return settled;
}
