import type { Attachment } from '@/api/schema';

const MAX_KEPT = 20;

/** Files that were chosen here, so that they are shown without being fetched back. */
const kept = new Map<string, Blob>();

/** Remembers the file an attachment was made of; the oldest ones are let go. */
export function keepLocalBytes({ id, content_type: type }: Attachment, file: Blob): void {
  // The type is what the server found in it, not what the file says of itself.
  kept.set(id, file.slice(0, file.size, type));
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
}

export function findLocalBytes(attachmentId: string): Blob | undefined {
  return kept.get(attachmentId);
}

export function forgetLocalBytes(attachmentId: string): void {
  kept.delete(attachmentId);
}

export function forgetAllLocalBytes(): void {
  kept.clear();
}
