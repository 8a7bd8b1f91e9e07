import { useEffect, useSyncExternalStore } from 'react';

import type { highlightCode } from '@/features/session/markdown/highlighter';

type Highlight = typeof highlightCode;

let highlight: Highlight | null = null;
let isLoading = false;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function load(): Promise<void> {
  if (isLoading) return;
  isLoading = true;
  try {
    highlight = (await import('@/features/session/markdown/highlighter')).highlightCode;
    for (const listener of listeners) listener();
  } catch {
    // Code stays readable without colours; the next block tries again.
    isLoading = false;
  }
}

/** Colours for code, loaded when the first code is shown: they are a fifth of the app's weight. */
export function useHighlighter(hasCode: boolean): Highlight | null {
  useEffect(() => {
    if (hasCode) void load();
  }, [hasCode]);
  const loaded = useSyncExternalStore(subscribe, () => highlight);
  return hasCode ? loaded : null;
}
