import type { Attachment, Message } from '@/api/schema';

/** An uploaded file as the server answers with it; a PDF unless told otherwise. */
export function makeAttachment(number: number, more: Partial<Attachment> = {}): Attachment {
  const id = `00000000-0000-4000-a000-${String(number).padStart(12, '0')}`;
  return {
    id,
    session_id: 'session-1',
    message_id: null,
    url: `/api/chat/attachments/${id}`,
    filename: `file-${number}.pdf`,
    content_type: 'application/pdf',
    size_bytes: 1000 * number,
    kind: 'pdf',
    sha256: String(number).padStart(64, '0'),
    created_at: new Date().toISOString(),
    ...more,
  };
}

/** A stored message as the server answers with it. */
export function makeMessage(overrides: Partial<Message> & { id: number }): Message {
  const instant = '2026-11-20T12:00:00Z';
  return {
    session_id: 'session-1',
    user_id: '11111111-1111-4111-8111-111111111111',
    parent_id: null,
    role: 'user',
    content: `Message ${overrides.id}`,
    item: null,
    status: 'complete',
    channel: 'web',
    model_id: null,
    provider_id: null,
    fallback_notice: null,
    failure_reason: null,
    topic: null,
    client_request_id: null,
    created_at: instant,
    updated_at: instant,
    attachments: [],
    branch: { index: 1, count: 1, sibling_ids: [overrides.id] },
    delivery: null,
    ...overrides,
  };
}
