import { http, HttpResponse } from 'msw';

import type { ChannelLink, TelegramLinks } from '@/api/schema';

export const ADA_LINK: ChannelLink = {
  id: 'a6e0cc1f-6c0f-4f0a-9a55-000000000001',
  display_name: 'Ada',
  status: 'active',
  created_at: '2026-11-20T12:00:00Z',
};

/** Answers with these accounts of a server that has a bot. */
export function serveLinks(links: ChannelLink[], more: Partial<TelegramLinks> = {}) {
  return http.get('*/api/chat/links/telegram', () =>
    HttpResponse.json({ is_configured: true, bot_username: 'registry_bot', links, ...more }),
  );
}
