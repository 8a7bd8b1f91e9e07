import { authClient } from '@/api/authClient';
import { forgetOutbox } from '@/api/turns/outbox';
import { carryOutRemovals } from '@/lib/removals';
import { useChatStore } from '@/stores/useChatStore';

/** Signs out on this device and leaves nothing of the user in this browser. */
export async function signOut(): Promise<void> {
  await carryOutRemovals();
  useChatStore.getState().forgetUser();
  forgetOutbox();
  // The next user starts at the list, not at the address of somebody else's session.
  window.history.replaceState(null, '', '/');
  await authClient().signOut({ scope: 'local' });
}
