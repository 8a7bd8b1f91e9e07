/** The history state of an address that was opened from the picker. */
export const FROM_PICKER = { isFromPicker: true };

export function isFromPicker(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'isFromPicker' in state;
}
