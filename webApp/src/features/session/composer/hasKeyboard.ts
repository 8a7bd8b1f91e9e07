/** Writing can begin at once; on a touch screen a keyboard would spring up. */
export function hasKeyboard(): boolean {
  return window.matchMedia('(hover: hover) and (pointer: fine)').matches;
}
