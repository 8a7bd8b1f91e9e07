import type { KeyboardEvent } from 'react';

/** While a word is being composed, Enter belongs to the input method. */
export function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Safari ends composing before this keydown and tells by 229 alone
  return nativeEvent.isComposing || nativeEvent.keyCode === 229;
}
