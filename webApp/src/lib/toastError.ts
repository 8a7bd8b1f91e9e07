import { createElement, type CSSProperties } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type * as Sonner from 'sonner';

const LOOK = {
  '--normal-bg': 'var(--raised)',
  '--normal-border': 'var(--line)',
  '--normal-text': 'var(--text)',
} as CSSProperties;

let loading: Promise<typeof Sonner> | undefined;

/** Loads sonner when the first toast is needed; most visits never see one. */
async function loadToaster(): Promise<typeof Sonner> {
  const sonner = await import('sonner');
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  // A toast that comes before its place is mounted would be lost.
  flushSync(() => {
    root.render(createElement(sonner.Toaster, { position: 'bottom-center', style: LOOK }));
  });
  return sonner;
}

/** Says what failed where the page has no place of its own for it. */
export function toastError(sentence: string): void {
  loading ??= loadToaster();
  void loading.then(({ toast }) => toast.error(sentence));
}
