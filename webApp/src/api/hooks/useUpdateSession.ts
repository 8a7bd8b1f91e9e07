import { useQueryClient } from '@tanstack/react-query';

import type { Session } from '@/api/schema';
import { changeSession, type SessionChange } from '@/api/sessionChanges';

/** Changes a session; what becomes of it is told wherever its user is by then. */
export function useUpdateSession(session: Session): (change: SessionChange) => void {
  const queryClient = useQueryClient();
  return (change) => changeSession(queryClient, session, change);
}
