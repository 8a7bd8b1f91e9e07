import type { components } from '@/api/schema.gen';
import type { SessionChange } from '@/api/sessionChanges';

export type UpdatedSession = components['schemas']['UpdatedSession'];

interface Replaced {
  sentence: string;
  undo: string;
  /** What brings the other device's value back. */
  change: SessionChange;
}

/** What another device had made of a field that was written over just now; null for nothing. */
export function describeSuperseded(
  superseded: UpdatedSession['superseded'],
  change: SessionChange,
): Replaced | null {
  const { title, archived, pinned } = superseded;
  if (change.title !== undefined && typeof title === 'string') {
    const sentence = `It had just been renamed “${title}” elsewhere.`;
    return { sentence, undo: 'Take that name', change: { title } };
  }
  if (change.archived !== undefined && typeof archived === 'boolean') {
    const sentence = archived
      ? 'It had just been put into the archive elsewhere.'
      : 'It had just been taken out of the archive elsewhere.';
    return { sentence, undo: 'Undo', change: { archived } };
  }
  if (change.pinned !== undefined && typeof pinned === 'boolean') {
    const sentence = `It had just been ${pinned ? 'pinned' : 'unpinned'} elsewhere.`;
    return { sentence, undo: 'Undo', change: { pinned } };
  }
  return null;
}
