import { useEffect, useSyncExternalStore } from 'react';
import type { Options } from 'react-markdown';

type Plugins = NonNullable<Options['rehypePlugins']>;

let plugins: Plugins = [];
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
    const { default: rehypeHighlight } = await import('rehype-highlight');
    plugins = [rehypeHighlight];
    for (const listener of listeners) listener();
  } catch {
    // Code stays readable without colours; the next block tries again.
    isLoading = false;
  }
}

/** Colours for code, loaded when the first code is shown: they are a fifth of the app's weight. */
export function useHighlighting(hasCode: boolean): Plugins {
  useEffect(() => {
    if (hasCode) void load();
  }, [hasCode]);
  const loaded = useSyncExternalStore(subscribe, () => plugins);
  return hasCode ? loaded : NO_PLUGINS;
}

const NO_PLUGINS: Plugins = [];
