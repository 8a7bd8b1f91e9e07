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

/** Loads sonner when the first toast is needed; most visits never see one. */
async function loadToaster(): Promise<typeof Sonner> {
  const sonner = await import('sonner');
  const root = createRoot(document.body.appendChild(document.createElement('div')));
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
  loading ??= loadToaster();
  void loading.then(({ toast }) =>
    toast(sentence, {
      duration: ACTION_MS,
      action: { label, onClick: onAction },
      ...(id !== undefined && { id }),
    }),
  );
}

/** Says what failed where the page has no place of its own for it. */
export function toastError(
  sentence: string,
  more: { action?: ToastAction; id?: string } = {},
): void {
  const { action, id } = more;
  loading ??= loadToaster();
  void loading.then(({ toast }) =>
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
  const show = async () => {
    loading ??= loadToaster();
    const { toast } = await loading;
    // Without an icon: what it says changes by itself.
    const look = { id, duration: Infinity, action: { label: 'Cancel', onClick: onCancel } };
    if (hasEnded) toast.dismiss(id);
    else toast(describe(), look);
  };
  let timer = setTimeout(function again() {
    void show();
    timer = setTimeout(again, everyMs);
  }, afterMs);
  return {
    end: () => {
      hasEnded = true;
      clearTimeout(timer);
      if (loading) void show();
    },
  };
}
