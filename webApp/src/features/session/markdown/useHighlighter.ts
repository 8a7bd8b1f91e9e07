import type { Element, Root } from 'hast';
import { useEffect, useSyncExternalStore } from 'react';

type Highlight = (tree: Root | Element) => void;

const NAMED_FENCE = /(?:`{3,}|~{3,})[ \t]*([^\s`~]+)/g;

// Another function each time a language is added, so that code in it is drawn once more.
let highlight: Highlight | null = null;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function load(names: readonly string[]): Promise<void> {
  try {
    const { highlightCode, loadLanguages } =
      await import('@/features/session/markdown/highlighter');
    if (!(await loadLanguages(names))) return;
    highlight = (tree) => highlightCode(tree);
    for (const listener of listeners) listener();
  } catch {
    // Code stays readable without colours; the next block tries again.
  }
}

/** Colours for the code in a text, each language loaded when it is first shown; null before. */
export function useHighlighter(text: string): Highlight | null {
  const names = [...text.matchAll(NAMED_FENCE)].map(([, name]) => name).join(' ');
  useEffect(() => {
    if (names !== '') void load(names.split(' '));
  }, [names]);
  const loaded = useSyncExternalStore(subscribe, () => highlight);
  return names === '' ? null : loaded;
}
