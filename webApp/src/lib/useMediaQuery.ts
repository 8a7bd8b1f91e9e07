import { useCallback, useSyncExternalStore } from 'react';

/** Widths at which the frame changes; base.css has the same as `phone` and `wide`. */
export const WIDE = '(min-width: 900px)';
export const PHONE = '(max-width: 639px)';

/** True while the media query matches. */
export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}
