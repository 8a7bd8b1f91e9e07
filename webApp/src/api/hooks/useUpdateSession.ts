import { useQueryClient } from '@tanstack/react-query';

import type { Session } from '@/api/schema';
import { changeSession, type SessionChange } from '@/api/sessionChanges';

/**
 * Changes a session, or what its user saw of it before; what becomes of it is told wherever they are
 * by then.
 */
export function useUpdateSession(
  session: Session,
): (change: SessionChange, seen?: Session) => void {
  const queryClient = useQueryClient();
  return (change, seen = session) => changeSession(queryClient, seen, change);
}
