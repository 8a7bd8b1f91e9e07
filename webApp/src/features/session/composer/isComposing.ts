import type { KeyboardEvent } from 'react';

/** While a word is being composed, Enter belongs to the input method. */
export function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  // Safari ends the composition before it sends the key; the code 229 is all that is left of it.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return nativeEvent.isComposing || nativeEvent.keyCode === 229;
}
