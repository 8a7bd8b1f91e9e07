import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';

import { ASSISTANT, serveAgents } from '@/testing/agents';

/** A feed without news, which everything that reads sessions begins with. */
const feed = http.get('*/api/chat/sessions/changes', () =>
  HttpResponse.json({ changed: [], deleted: [], cursor: 'now', has_more: false }),
);

/** The network border of unit tests; each test adds the answers it needs. */
export const server = setupServer(
  feed,
  serveAgents([ASSISTANT]),
  http.get('*/readyz', () => HttpResponse.json({ status: 'ok' })),
);
