import { http, HttpResponse } from 'msw';

import { makeAttachment } from '@/testing/messages';

export const UPLOADS = '*/api/chat/sessions/:sessionId/attachments';

interface TakenUpload {
  sessionId: unknown;
  token: string | null;
  name: string;
  text: string;
}

/** Takes uploads; each one becomes an attachment with the number of its turn. */
export function takeUploads() {
  const taken: TakenUpload[] = [];
  const handler = http.post(UPLOADS, async ({ request, params }) => {
    // Node's own reader of forms does not know jsdom's files.
    const form = await request.text();
    const [, name = '', text = ''] = /filename="(.*?)"\r\n.*?\r\n\r\n(.*?)\r\n--/s.exec(form) ?? [];
    const token = request.headers.get('Authorization');
    taken.push({ sessionId: params.sessionId, token, name, text });
    const attachment = makeAttachment(taken.length, { filename: name, size_bytes: text.length });
    return HttpResponse.json(attachment, { status: 201 });
  });
  return { taken, handler };
}
