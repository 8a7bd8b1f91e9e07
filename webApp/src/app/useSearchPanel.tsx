import { Suspense, useEffect, useState } from 'react';

import { type PaletteActions, usePaletteCommands } from '@/app/usePaletteCommands';
import { lazyPart } from '@/lib/lazyPart';

const { Part: SearchPanel, load: loadSearchPanel } = lazyPart(
  async () => (await import('@/features/search/SearchPanel')).SearchPanel,
);
export { loadSearchPanel };

/** The panel in which sessions are found; ⌘K or Ctrl K opens it from anywhere, and closes it. */
export function useSearchPanel(actions: PaletteActions) {
  const commands = usePaletteCommands(actions);
  const [opener, setOpener] = useState<HTMLElement | null>(null);
  const [isNeeded, setIsNeeded] = useState(false);
  const open = (pressed: HTMLElement) => {
    setIsNeeded(true);
    setOpener(pressed);
  };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isShortcut(event)) return;
      event.preventDefault();
      const { activeElement: pressed } = document;
      setIsNeeded(true);
      setOpener((before) => (before === null && pressed instanceof HTMLElement ? pressed : null));
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

/** Also with Caps Lock, and where that key writes a letter of another script. */
function isShortcut({ key, code, metaKey, ctrlKey, altKey, shiftKey }: KeyboardEvent): boolean {
  if (!(metaKey || ctrlKey) || altKey || shiftKey) return false;
  return key.toLowerCase() === 'k' || (code === 'KeyK' && !/^[a-z]$/iu.test(key));
}
