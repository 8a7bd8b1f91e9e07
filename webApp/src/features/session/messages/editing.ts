import { create } from 'zustand';

interface Editing {
  /** The message that is being edited in its place; null while none is. */
  messageId: number | null;
  /** Files of the message that the edit leaves out. */
  removedIds: readonly string[];
}

/** Outside of the rows, because those out of sight are not mounted. */
export const useEditing = create<Editing>()(() => ({ messageId: null, removedIds: [] }));

export function startEditing(messageId: number): void {
  useEditing.setState({ messageId, removedIds: [] });
}

/** Goes back to the message. */
export function stopEditing(): void {
  useEditing.setState({ messageId: null });
}

/** Leaves a file out of the edit; the version before keeps it. */
export function removeFromEdit(attachmentId: string): void {
  useEditing.setState(({ removedIds }) => ({ removedIds: [...removedIds, attachmentId] }));
}

/** Where the unsent words of an edit are kept. */
export function editDraftKey(messageId: number): string {
  return `edit:${messageId}`;
}
