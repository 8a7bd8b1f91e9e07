import type { Channel } from '@/api/schema';

/** Every key of the server's state; `all` is the stem of a user's own. */
export const queryKeys = {
  publicConfig: () => ['config'] as const,
  all: ['chat'] as const,
  sessionLists: () => [...queryKeys.all, 'sessions', 'list'] as const,
  sessionList: (channel: Channel | null) => [...queryKeys.sessionLists(), channel] as const,
  newestSessionLists: () => [...queryKeys.all, 'sessions', 'newest'] as const,
  newestSessions: (channel: Channel | null) =>
    [...queryKeys.newestSessionLists(), channel] as const,
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
  messages: (sessionId: string) => [...queryKeys.session(sessionId), 'messages'] as const,
};
