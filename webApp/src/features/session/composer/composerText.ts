/** What is sent: empty lines around the text go, and characters no database can store. */
export function outgoingText(typed: string): string {
  return typed
    .replaceAll('\0', '')
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/^(?:[ \t]*\r?\n)+/, '')
    .trimEnd();
}

/** Says that a text is over the limit; null when it is not. */
export function describeExcess(text: string, maxBytes: number): string | null {
  // A character takes three bytes at most for each unit of its length.
  if (text.length * 3 <= maxBytes) return null;
  const size = new TextEncoder().encode(text).length;
  if (size <= maxBytes) return null;
  const limit = Math.round(maxBytes / 1024);
  const excess = (size - maxBytes).toLocaleString('en');
  return `A message holds ${limit} KB of text. Shorten this one by ${excess} ${size - maxBytes === 1 ? 'byte' : 'bytes'}.`;
}
