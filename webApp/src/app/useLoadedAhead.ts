import { useEffect } from 'react';

import { loadSearchPanel } from '@/app/useSearchPanel';
import { loadToasts } from '@/lib/toast';

/** How long the app has to itself before the rest of it is loaded. */
const LOAD_AFTER_MS = 2_000;

/** In the order in which they are likely to be wanted. */
const PARTS: readonly (() => Promise<unknown>)[] = [
  // The first letters typed after ⌘K would be lost.
  loadSearchPanel,
  () => import('@/features/sessionMenu/SessionMenu'),
  () => import('@/features/picker/SettingsMenu'),
  loadToasts,
  () => import('@/features/schedules/SchedulesPlace'),
  () => import('@/features/telegram/ConnectTelegram'),
  () => import('@/features/yourData/YourData'),
  () => import('@/app/SignOutQuestion'),
];

/**
 * Loads what the page may yet need, one part after the other: by then the server may be out of
 * reach, and a page without TLS has no service worker that would hold it.
 */
export function useLoadedAhead(): void {
  useEffect(() => {
    const left = new AbortController();
    const load = async () => {
      for (const part of PARTS) {
        if (left.signal.aborted) return;
        await part().catch(() => undefined);
      }
    };
    const timer = setTimeout(() => void load(), LOAD_AFTER_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, []);
}
