import { http, HttpResponse } from 'msw';

import type { ImportEvent, ImportReport } from '@/api/schema';

export const IMPORT = '*/api/chat/import';

/** What came of an import of nothing. */
export function makeReport(overrides: Partial<ImportReport> = {}): ImportReport {
  return {
    sessions_created: 0,
    sessions_changed: 0,
    sessions_unchanged: 0,
    sessions_skipped: 0,
    messages_added: 0,
    messages_known: 0,
    files_added: 0,
    files_missing: 0,
    renamed: [],
    skipped: [],
    ...overrides,
  };
}

/** Takes archives and answers each with these events. */
export function serveImport(events: ImportEvent[]) {
  const sent: { token: string | null; text: string }[] = [];
  const handler = http.post(IMPORT, async ({ request }) => {
    sent.push({ token: request.headers.get('Authorization'), text: await request.text() });
    const lines = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    return new HttpResponse(lines.join(''), { headers: { 'Content-Type': 'text/event-stream' } });
  });
  return { sent, handler };
}
