import { onlineManager } from '@tanstack/react-query';

/** Answers 200 only when a turn could be served. */
const PING = '/readyz';
const PING_TIMEOUT_MS = 4_000;
const FIRST_PING_MS = 1_000;
const LAST_PING_MS = 8_000;

let failures = 0;
let timer: number | undefined;

/**
 * Finds out whether the server can be reached, which a browser does not know: it only sees its own
 * network. A call that got no answer says no; from then on the server is asked until it answers.
 */
export function watchReachability(): void {
  // In place of the library's own, which believes `navigator.onLine` when it says yes.
  onlineManager.setEventListener(() => undefined);
  if (!navigator.onLine) noteUnreachable();
  window.addEventListener('offline', noteUnreachable);
  window.addEventListener('online', askSoon);
  document.addEventListener('visibilitychange', askSoon);
}

/** A call got no answer. */
export function noteUnreachable(): void {
  onlineManager.setOnline(false);
  if (timer === undefined) askLater();
}

/** A call was answered. */
export function noteReachable(): void {
  clearTimeout(timer);
  timer = undefined;
  failures = 0;
  onlineManager.setOnline(true);
}

/** Resolves when the server can be reached, as far as is known, or the signal was aborted. */
export function whenReachable(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (onlineManager.isOnline() || signal.aborted) {
      resolve();
      return;
    }
    const end = () => {
      unsubscribe();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const unsubscribe = onlineManager.subscribe((isOnline) => {
      if (isOnline) end();
    });
    signal.addEventListener('abort', end);
  });
}

function askLater(): void {
  const longest = Math.min(LAST_PING_MS, FIRST_PING_MS * 2 ** failures);
  failures += 1;
  // Part of it is random, so that the clients of a restarted server do not all come at once.
  timer = window.setTimeout(() => void ask(), longest * (0.6 + Math.random() * 0.4));
}

/** Something has changed that may have brought the server back. */
function askSoon(): void {
  if (onlineManager.isOnline() || document.visibilityState === 'hidden') return;
  failures = 0;
  clearTimeout(timer);
  void ask();
}

async function ask(): Promise<void> {
  const signal = AbortSignal.timeout(PING_TIMEOUT_MS);
  const response = await fetch(PING, { cache: 'no-store', signal }).catch(() => null);
  if (response?.ok) noteReachable();
  else askLater();
}
