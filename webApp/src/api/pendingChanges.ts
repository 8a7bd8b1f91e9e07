import { type MutationState, useMutationState, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';

import { type ListFilter, mutationKeys } from '@/api/queryKeys';
import type { Session } from '@/api/schema';
import type { SessionChange, SessionUpdate } from '@/api/sessionChanges';
import { findSession, isListed, placeByActivity } from '@/api/sessionListCache';

/** What is about to become of a session. */
export interface PendingChange extends SessionChange {
  isDeleted: boolean;
  /** When its user made the last change; it counts as activity. */
  at: string;
}

export type PendingChanges = ReadonlyMap<string, PendingChange>;

interface Submitted {
  isDeletion: boolean;
  sessionId: string;
  change: SessionChange;
  submittedAt: number;
}

/** Every change the server has not answered yet, by session. */
export function usePendingChanges(): PendingChanges {
  const submitted = useMutationState({
    filters: { mutationKey: mutationKeys.all, status: 'pending' },
    select: (mutation) => toSubmitted(mutation.state, mutation.options.mutationKey),
  });
  return useMemo(() => mergeChanges(submitted), [submitted]);
}

/** The sessions of a list as they will be once everything pending is done. */
export function useWithChanges(
  sessions: Session[] | undefined,
  filter: ListFilter,
): Session[] | undefined {
  const queryClient = useQueryClient();
  const pending = usePendingChanges();
  return useMemo(() => {
    if (!sessions || pending.size === 0) return sessions;
    return showChanges(sessions, { pending, filter, find: (id) => findSession(queryClient, id) });
  }, [sessions, pending, filter, queryClient]);
}

interface Shown {
  pending: PendingChanges;
  filter: ListFilter;
  /** What is known of a session outside of the list: a change may bring it in. */
  find: (sessionId: string) => Session | undefined;
}

/** Lays changes over a list: rows change, leave and come, each at its place. */
export function showChanges(
  sessions: readonly Session[],
  { pending, filter, find }: Shown,
): Session[] {
  const changing = new Map(
    sessions
      .filter(({ session_id: id }) => pending.has(id))
      .map((session) => [session.session_id, session]),
  );
  let shown = sessions.filter(({ session_id: id }) => !changing.has(id));
  for (const [sessionId, change] of pending) {
    const known = changing.get(sessionId) ?? find(sessionId);
    const session = known && withChange(known, change);
    if (!session || !isListed(session, filter)) continue;
    const place = placeByActivity(shown, session);
    shown = shown.toSpliced(place === -1 ? shown.length : place, 0, session);
  }
  return shown;
}

/** Null once it is deleted. */
export function withChange(session: Session, change: PendingChange | undefined): Session | null {
  if (!change) return session;
  const { isDeleted, at, ...fields } = change;
  return isDeleted ? null : { ...session, ...fields, updated_at: at };
}

function toSubmitted(state: MutationState, key: readonly unknown[] | undefined): Submitted {
  const { sessionId, change = {} } = state.variables as Partial<SessionUpdate> & {
    sessionId: string;
  };
  const isDeletion = key?.at(-1) === mutationKeys.deleteSession().at(-1);
  return { isDeletion, sessionId, change, submittedAt: state.submittedAt };
}

export function mergeChanges(submitted: readonly Submitted[]): PendingChanges {
  const merged = new Map<string, PendingChange>();
  for (const { sessionId, change, isDeletion, submittedAt } of submitted) {
    const earlier = merged.get(sessionId);
    const isDeleted = isDeletion || earlier?.isDeleted === true;
    const at = new Date(submittedAt).toISOString();
    merged.set(sessionId, { ...earlier, ...change, isDeleted, at });
  }
  return merged;
}
