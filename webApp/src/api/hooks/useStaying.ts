import { useMemo } from 'react';

import { usePendingChanges } from '@/api/pendingChanges';
import type { Session } from '@/api/schema';
import { useRemovals } from '@/lib/removals';

/** Sessions without those that are being deleted, which are out of sight at once. */
export function useStaying(sessions: Session[] | undefined): Session[] | undefined {
  const leaving = useRemovals(({ ids }) => ids);
  const pending = usePendingChanges();
  return useMemo(() => {
    if (leaving.length === 0 && pending.size === 0) return sessions;
    const ids = new Set(leaving);
    return sessions?.filter(
      ({ session_id: id }) => !ids.has(id) && pending.get(id)?.isDeleted !== true,
    );
  }, [sessions, leaving, pending]);
}
