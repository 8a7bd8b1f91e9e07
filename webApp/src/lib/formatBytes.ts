const UNITS = ['bytes', 'KB', 'MB', 'GB'] as const;

/** A size in two or three figures: 640 bytes, 48 KB, 1.2 MB. */
export function formatBytes(bytes: number): string {
  let size = bytes;
  let unit = 0;
  // What would be rounded to 1,024 is one of the next unit.
  while (size >= 1023.5 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  const shown = unit > 1 && size < 9.95 ? size.toFixed(1) : Math.round(size).toString();
  return `${shown} ${bytes === 1 ? 'byte' : UNITS[unit]}`;
}
