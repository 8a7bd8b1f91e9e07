import { useSyncExternalStore } from 'react';

const MINUTE_MS = 60_000;
let now = new Date();

function subscribe(onChange: () => void): () => void {
  const tick = () => {
    now = new Date();
    onChange();
  };
  const timer = setInterval(tick, MINUTE_MS);
  document.addEventListener('visibilitychange', tick);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}

function currentMinute(): Date {
  if (Date.now() - now.getTime() >= MINUTE_MS) now = new Date();
  return now;
}

/** The present, renewed every minute and when the page is looked at again. */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, currentMinute);
}
