import '@testing-library/jest-dom/vitest';

import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { noteReachable } from '@/api/reachability';
import { server } from '@/testing/server';

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 5_000 });

// jsdom lays nothing out, so it has nothing to scroll.
Element.prototype.scrollIntoView = () => undefined;

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => {
  cleanup();
  noteReachable();
  server.resetHandlers();
  localStorage.clear();
});
afterAll(() => server.close());
