import type { Channel } from '@/api/schema';

/** What the picker's list shows: a channel, the archive, or all that is not in it. */
export type ListFilter = Channel | 'archived' | null;

/** Every key of the server's state; `all` is the stem of a user's own. */
export const queryKeys = {
  publicConfig: () => ['config'] as const,
  all: ['chat'] as const,
  /** Where the feed of changes was read to; nothing before it is missing in the lists. */
  sessionFeed: () => [...queryKeys.all, 'sessions', 'feed'] as const,
  deletedSessions: () => [...queryKeys.all, 'sessions', 'deleted'] as const,
  agents: () => [...queryKeys.all, 'agents'] as const,
  sessionLists: () => [...queryKeys.all, 'sessions', 'list'] as const,
  sessionList: (filter: ListFilter) => [...queryKeys.sessionLists(), filter] as const,
  newestSessionLists: () => [...queryKeys.all, 'sessions', 'newest'] as const,
  newestSessions: (filter: ListFilter) => [...queryKeys.newestSessionLists(), filter] as const,
  pinnedSessions: () => [...queryKeys.all, 'sessions', 'pinned'] as const,
  sessionSearches: () => [...queryKeys.all, 'sessions', 'search'] as const,
  sessionSearch: (search: object) => [...queryKeys.sessionSearches(), search] as const,
  sessionCounts: () => [...queryKeys.all, 'sessions', 'counts'] as const,
  session: (sessionId: string) => [...queryKeys.all, 'session', sessionId] as const,
  scheduleSessionLists: () => [...queryKeys.all, 'sessions', 'of schedule'] as const,
  scheduleSessions: (scheduleId: string) =>
    [...queryKeys.scheduleSessionLists(), scheduleId] as const,
  schedules: () => [...queryKeys.all, 'schedules', 'list'] as const,
  schedulePreview: (cron: string, timezone: string) =>
    [...queryKeys.all, 'schedules', 'preview', cron, timezone] as const,
  scheduleRuns: (scheduleId: string) =>
    [...queryKeys.all, 'schedules', 'runs', scheduleId] as const,
  telegramLinks: () => [...queryKeys.all, 'telegram', 'links'] as const,
  telegramInvitation: () => [...queryKeys.all, 'telegram', 'invitation'] as const,
  /** Apart from `all`: bytes are never stored with the rest. */
  attachmentBytes: (attachmentId: string, type: string) =>
    ['attachment', attachmentId, type] as const,
  messagesAround: (sessionId: string, messageId: number) =>
    [...queryKeys.session(sessionId), 'messages around', messageId] as const,
  messages: (sessionId: string) => [...queryKeys.session(sessionId), 'messages'] as const,
  newestMessages: (sessionId: string) => [...queryKeys.session(sessionId), 'newest'] as const,
};

/** Every key of what its user changes about sessions; `all` is their stem. */
export const mutationKeys = {
  all: ['chat', 'change session'] as const,
  updateSession: () => [...mutationKeys.all, 'update'] as const,
  deleteSession: () => [...mutationKeys.all, 'delete'] as const,
};
