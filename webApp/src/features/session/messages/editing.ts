import { create } from 'zustand';

import type { Message } from '@/api/schema';
import { newId } from '@/lib/newId';

interface Editing {
  /** The message that is being edited in its place; null while none is. */
  message: Message | null;
  /** Files of the message that the edit leaves out. */
  removedIds: readonly string[];
  /** The edit that was sent last, by its words and files, and under which request id. */
  sent: { edit: string; clientRequestId: string };
}

const NOTHING_SENT = { edit: '', clientRequestId: '' };

/** Outside of the rows, because those out of sight are not mounted. */
export const useEditing = create<Editing>()(() => ({
  message: null,
  removedIds: [],
  sent: NOTHING_SENT,
}));

export function startEditing(message: Message): void {
  useEditing.setState({ message, removedIds: [], sent: NOTHING_SENT });
}

/**
 * The message whose editor stands in the place of this one: itself, or another version of it that
 * another device has led away from meanwhile. Null for none.
 */
export function useEdited(shown: Message): Message | null {
  return useEditing(({ message, sent }) => {
    if (message?.session_id !== shown.session_id) return null;
    // It has arrived, whatever became of the word that it did.
    if (shown.client_request_id === sent.clientRequestId) return null;
    const isVersion = message.id === shown.id || shown.branch.sibling_ids.includes(message.id);
    return isVersion ? message : null;
  });
}

/** The request id of an edit: sent again after a failure it is the same one, with other words not. */
export function claimEditRequestId(edit: string): string {
  const { sent } = useEditing.getState();
  if (sent.edit === edit) return sent.clientRequestId;
  const clientRequestId = newId();
  useEditing.setState({ sent: { edit, clientRequestId } });
  return clientRequestId;
}

/** Goes back to the message. */
export function stopEditing(): void {
  useEditing.setState({ message: null });
}

/** Leaves a file out of the edit; the version before keeps it. */
export function removeFromEdit(attachmentId: string): void {
  useEditing.setState(({ removedIds }) => ({ removedIds: [...removedIds, attachmentId] }));
}

/** Where the unsent words of an edit are kept. */
export function editDraftKey(messageId: number): string {
  return `edit:${messageId}`;
}
