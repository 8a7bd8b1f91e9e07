import { lazy, Suspense, useEffect, useState } from 'react';

import { type PaletteActions, usePaletteCommands } from '@/app/usePaletteCommands';

const loadPanel = () => import('@/features/search/SearchPanel');
const SearchPanel = lazy(async () => ({ default: (await loadPanel()).SearchPanel }));

/** How long the app has to itself before the panel is loaded. */
const LOAD_AFTER_MS = 2_000;

/** The panel in which sessions are found; ⌘K or Ctrl K opens it from anywhere. */
export function useSearchPanel(actions: PaletteActions) {
  const commands = usePaletteCommands(actions);
  const [opener, setOpener] = useState<HTMLElement | null>(null);
  const [isNeeded, setIsNeeded] = useState(false);
  const open = (pressed: HTMLElement) => {
    setIsNeeded(true);
    setOpener(pressed);
  };
  useEffect(() => {
    // Ahead of its use, or the first letters typed after ⌘K would be lost.
    const timer = setTimeout(() => void loadPanel().catch(() => undefined), LOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.metaKey || event.ctrlKey) || event.altKey) return;
      event.preventDefault();
      if (document.activeElement instanceof HTMLElement) open(document.activeElement);
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  const panel = isNeeded && (
    <Suspense>
      <SearchPanel
        opener={opener}
        onClose={() => setOpener(null)}
        onOpenSession={actions.onOpenSession}
        commands={commands}
      />
    </Suspense>
  );
  return { open, panel };
}
