import '@testing-library/jest-dom/vitest';

import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';

import { noteReachable } from '@/api/reachability';
import { loadToasts } from '@/lib/toast';
import { makeSignIn, storeSignIn } from '@/testing/auth';
import { PATIENCE_MS } from '@/testing/patience';
import { server } from '@/testing/server';

configure({ asyncUtilTimeout: PATIENCE_MS });

const hasPage = typeof document !== 'undefined';

// jsdom lays nothing out, so it has nothing to scroll.
if (hasPage) Element.prototype.scrollIntoView = () => undefined;

const TOAST = '[data-sonner-toast]';

// Signed in, as whoever sees a part of the app is; a test of the way there signs out first.
beforeEach(() => {
  if (hasPage) storeSignIn(makeSignIn('11111111-1111-4111-8111-111111111111', 'ada@example.org'));
});
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  cleanup();
  noteReachable();
  server.resetHandlers();
  if (hasPage) localStorage.clear();
});
afterAll(async () => {
  server.close();
  // One that is still on its way out would draw in a page that is not there any more.
  if (typeof document === 'undefined' || !document.querySelector(TOAST)) return;
  vi.useRealTimers();
  const { toast } = await loadToasts();
  // Dismissed twice, one draws once more when it is gone.
  if (document.querySelector(`${TOAST}[data-removed="false"]`)) toast.dismiss();
  // What a test's own clock holds stays, and is no danger.
  await vi.waitUntil(() => !document.querySelector(TOAST), 500).catch(() => undefined);
});
