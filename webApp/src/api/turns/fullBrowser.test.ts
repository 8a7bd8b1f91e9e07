import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { addOutgoing, findWaiting, forgetOutbox, outgoingOf } from '@/api/turns/outbox';
import * as toast from '@/lib/toast';

const WRITTEN = { sessionId: 's', parentId: null, startsSession: false };

beforeEach(() => {
  vi.spyOn(toast, 'toastError').mockReturnValue(undefined);
});

afterEach(() => {
  vi.restoreAllMocks();
  forgetOutbox();
});

function fillBrowser() {
  return vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
}

it('keeps every message in the tab while the browser is full, and says so once', () => {
  addOutgoing({ ...WRITTEN, content: 'stored' });
  fillBrowser();
  addOutgoing({ ...WRITTEN, content: 'first' });
  addOutgoing({ ...WRITTEN, content: 'second' });

  expect(findWaiting('s')?.content).toBe('stored');
  expect(outgoingOf('s').map(({ content }) => content)).toEqual(['stored', 'first', 'second']);
  expect(toast.toastError).toHaveBeenCalledOnce();
});

it('stores them as soon as there is room again', () => {
  const full = fillBrowser();
  addOutgoing({ ...WRITTEN, content: 'first' });
  full.mockRestore();
  addOutgoing({ ...WRITTEN, content: 'second' });

  const kept = localStorage.getItem('chat-registry-outbox') ?? '';
  expect(kept).toContain('first');
  expect(kept).toContain('second');
});
