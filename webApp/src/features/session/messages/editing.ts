import { create } from 'zustand';

interface Editing {
  /** The message that is being edited in its place; null while none is. */
  messageId: number | null;
}

/** Outside of the rows, because those out of sight are not mounted. */
export const useEditing = create<Editing>()(() => ({ messageId: null }));

export function startEditing(messageId: number): void {
  useEditing.setState({ messageId });
}

/** Goes back to the message. */
export function stopEditing(): void {
  useEditing.setState({ messageId: null });
}

/** Where the unsent words of an edit are kept. */
export function editDraftKey(messageId: number): string {
  return `edit:${messageId}`;
}
