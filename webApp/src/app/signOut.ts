import { onlineManager, type QueryClient } from '@tanstack/react-query';

import { authClient } from '@/api/authClient';
import { forgetDraftFiles } from '@/api/attachments/draftFiles';
import { dropUnstartedSession } from '@/api/attachments/unstartedSession';
import { countChangesElsewhere } from '@/api/keptChanges';
import { forgetKept } from '@/api/keptStore';
import { forgetOutbox } from '@/api/turns/outbox';
import { countUnsent, settleUnsent } from '@/api/unsent';
import { carryOutRemovals, useRemovals } from '@/lib/removals';
import { useChatStore } from '@/stores/useChatStore';

/**
 * Has the server take what is under way.
 *
 * @returns False when something is left that would be lost.
 */
export async function finishUnsent(queryClient: QueryClient): Promise<boolean> {
  const isAllSent = async () => {
    await settleUnsent(queryClient);
    const { messages, changes } = countUnsent(queryClient);
    return messages + changes + (await countChangesElsewhere(queryClient)) === 0;
  };
  // Deleting can still be undone: not when its user leaves, but when they are asked and stay.
  const mayBeUndone = useRemovals.getState().ids.length > 0 && !onlineManager.isOnline();
  if (mayBeUndone || !(await isAllSent())) return false;
  await Promise.all([carryOutRemovals(), dropUnstartedSession()]);
  return isAllSent();
}

/** Signs out on this device and leaves nothing of the user in this browser. */
export async function signOut(queryClient: QueryClient): Promise<void> {
  await Promise.all([carryOutRemovals(), dropUnstartedSession()]);
  useChatStore.getState().forgetUser();
  forgetOutbox();
  forgetDraftFiles();
  // The next user starts at the list, not at the address of somebody else's session.
  window.history.replaceState(null, '', '/');
  await authClient().signOut({ scope: 'local' });
  queryClient.clear();
  await forgetKept();
}
