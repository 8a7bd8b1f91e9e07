import { useMemo } from 'react';

import { UNNAMED_AGENT } from '@/api/agents';
import type { ListFilter } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import { isListed, placeByActivity } from '@/api/sessionListCache';
import { type OutgoingMessage, useOutbox } from '@/api/turns/outbox';
import { titleOf } from '@/lib/plainTitle';

/** A session that its user has begun and the server does not have yet; undefined for any other. */
export function useStartingSession(sessionId: string): Session | undefined {
  const messages = useOutbox((outbox) => outbox.messages);
  return useMemo(
    () => findStarting(messages).find((session) => session.session_id === sessionId),
    [messages, sessionId],
  );
}

/** A list with the sessions that wait to be made, each at its place. */
export function useWithStarting(
  sessions: Session[] | undefined,
  filter: ListFilter,
): Session[] | undefined {
  const messages = useOutbox((outbox) => outbox.messages);
  return useMemo(() => {
    const starting = findStarting(messages);
    if (!sessions || starting.length === 0) return sessions;
    const known = new Set(sessions.map((session) => session.session_id));
    let shown = sessions;
    for (const session of starting) {
      if (known.has(session.session_id) || !isListed(session, filter)) continue;
      const place = placeByActivity(shown, session);
      shown = shown.toSpliced(place === -1 ? shown.length : place, 0, session);
    }
    return shown;
  }, [sessions, messages, filter]);
}

export type Unsent = 'waiting' | 'refused';

/** Whether something that was written into a session has not gone out; null while nothing is late. */
export function useUnsent(sessionId: string): Unsent | null {
  return useOutbox(({ messages }) => {
    const own = messages.filter((message) => message.sessionId === sessionId && !message.isSent);
    if (own.some(({ problem }) => problem !== null)) return 'refused';
    return own.some(({ isDelayed }) => isDelayed) ? 'waiting' : null;
  });
}

/** Sessions whose first message has found no server so far, by the latest of their messages. */
function findStarting(messages: readonly OutgoingMessage[]): Session[] {
  const starting = new Map<string, Session>();
  for (const message of messages) {
    if (!message.startsSession) continue;
    const { sessionId } = message;
    starting.set(sessionId, standInFor(message, starting.get(sessionId)));
  }
  return [...starting.values()];
}

/** The session as it will be; `before` is what it is up to that message, if it is not the first. */
function standInFor(message: OutgoingMessage, before?: Session): Session {
  const { sessionId, content, attachments = [], agentName, createdAt, startChange } = message;
  const firstWords = titleOf(content) || titleOf(attachments[0]?.filename ?? '') || null;
  return {
    chat_id: sessionId,
    session_id: sessionId,
    user_id: '',
    channel: 'web',
    agent_name: agentName ?? UNNAMED_AGENT,
    is_active: true,
    title: before ? before.title : firstWords,
    title_source: startChange?.title === undefined ? null : 'user',
    topic: null,
    archived: false,
    pinned: false,
    head_message_id: null,
    message_count: 0,
    last_message_preview: content.slice(0, 200),
    schedule_id: null,
    is_folded: false,
    metadata: {},
    version: 0,
    created_at: before?.created_at ?? createdAt,
    updated_at: createdAt,
    is_answering: false,
    has_failed_delivery: false,
    receiver: null,
    has_failed_answer: false,
    ...startChange,
  };
}
