import { http, HttpResponse } from 'msw';

import type { Agent } from '@/api/schema';

export const ASSISTANT: Agent = {
  name: 'assistant',
  title: 'Assistant',
  description: 'Answers at once.',
  is_default: true,
  former_names: [],
};

export const LIBRARIAN: Agent = {
  name: 'librarian',
  title: 'Librarian',
  description: 'Goes through your sessions.',
  is_default: false,
  former_names: ['archivist'],
};

/** Answers with these agents. */
export function serveAgents(agents: Agent[]) {
  return http.get('*/api/chat/agents', () => HttpResponse.json({ agents }));
}
