import { createElement, type CSSProperties } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type * as Sonner from 'sonner';

import { newId } from '@/lib/newId';

const LOOK = {
  '--normal-bg': 'var(--raised)',
  '--normal-border': 'var(--line)',
  '--normal-text': 'var(--text)',
} as CSSProperties;

/** Above the composer, which may hold what somebody is writing. */
const PLACE = {
  position: 'bottom-center',
  style: LOOK,
  offset: { bottom: 144 },
  mobileOffset: { bottom: 104 },
} as const;

let loading: Promise<typeof Sonner> | undefined;

/** Loads what shows toasts; the first of them has it loaded otherwise. */
export function loadToasts(): Promise<typeof Sonner> {
  loading ??= mountToaster().catch((error: unknown) => {
    // Out of reach just now.
    loading = undefined;
    throw error;
  });
  return loading;
}

async function mountToaster(): Promise<typeof Sonner> {
  const sonner = await import('sonner');
  const place = document.body.appendChild(document.createElement('div'));
  // A button that is clicked there takes no focus: the toaster would give it back later, to where
  // it was before, out of the field that somebody writes in by then.
  place.addEventListener('mousedown', (event) => event.preventDefault());
  const root = createRoot(place);
  // A toast that comes before its place is mounted would be lost.
  flushSync(() => {
    root.render(createElement(sonner.Toaster, PLACE));
  });
  return sonner;
}

export interface ToastAction {
  label: string;
  onAction: () => void;
}

/** How long what was done can be taken back. */
const ACTION_MS = 8_000;

/**
 * Says what was done, with a button that does something about it. Another one of the same `id`
 * stands in its place.
 */
export function toastAction(sentence: string, { label, onAction }: ToastAction, id?: string): void {
  show(({ toast }) =>
    toast(sentence, {
      duration: ACTION_MS,
      action: { label, onClick: onAction },
      ...(id !== undefined && { id }),
    }),
  );
}

/** Takes a toast away whose time is over; under the pointer it would stay. */
export function dismissToast(id: string): void {
  show(({ toast }) => toast.dismiss(id));
}

/** Says what failed where the page has no place of its own for it. */
export function toastError(
  sentence: string,
  more: { action?: ToastAction; id?: string } = {},
): void {
  const { action, id } = more;
  show(({ toast }) =>
    toast.error(sentence, {
      ...(id !== undefined && { id }),
      ...(action && {
        duration: ACTION_MS,
        action: { label: action.label, onClick: action.onAction },
      }),
    }),
  );
}

interface ProgressToast {
  /** What is done before needs no word. */
  afterMs: number;
  everyMs: number;
  onCancel: () => void;
}

/** Says how far something is that takes a while, with a button that gives it up; until `end`. */
export function toastProgress(describe: () => string, options: ProgressToast): { end: () => void } {
  const { afterMs, everyMs, onCancel } = options;
  const id = newId();
  let hasEnded = false;
  // Without an icon: what it says changes by itself.
  const look = { id, duration: Infinity, action: { label: 'Cancel', onClick: onCancel } };
  const renew = () => {
    show(({ toast }) => (hasEnded ? toast.dismiss(id) : toast(describe(), look)));
  };
  let timer = setTimeout(function again() {
    renew();
    timer = setTimeout(again, everyMs);
  }, afterMs);
  return {
    end: () => {
      hasEnded = true;
      clearTimeout(timer);
      if (loading) renew();
    },
  };
}

function show(run: (sonner: typeof Sonner) => unknown): void {
  loadToasts().then(run, () => undefined);
}
