import { noteReachable, noteUnreachable } from '@/api/reachability';

/** The server is out of reach, and then there again. */
export function goOfflineAndBack(): void {
  noteUnreachable();
  noteReachable();
}
