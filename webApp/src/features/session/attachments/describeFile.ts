import type { Attachment } from '@/api/schema';
import { formatBytes } from '@/lib/formatBytes';

const TABLES = new Set(['csv', 'tsv']);
const TYPE_MAX_LENGTH = 5;

/** What a file is and how large, in a few words. */
export function describeFile({ kind, filename, size_bytes: size }: Attachment): string {
  return `${nameType(kind, filename)} · ${formatBytes(size)}`;
}

function nameType(kind: Attachment['kind'], filename: string): string {
  const ending = /\.([a-z\d]+)$/i.exec(filename)?.[1] ?? '';
  if (kind === 'image') return 'Image';
  if (kind === 'pdf') return 'PDF';
  if (kind === 'text') return TABLES.has(ending.toLowerCase()) ? 'Table' : 'Text';
  return ending === '' || ending.length > TYPE_MAX_LENGTH ? 'File' : ending.toUpperCase();
}

const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** True for what a browser draws and nothing else: an SVG is a document, and stays a file. */
export function isShownAsImage({ kind, content_type: type }: Attachment): boolean {
  return kind === 'image' && IMAGE_TYPES.has(type);
}
