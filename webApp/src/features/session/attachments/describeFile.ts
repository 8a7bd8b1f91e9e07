import type { Attachment } from '@/api/schema';
import { formatBytes } from '@/lib/formatBytes';

const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const OPENED_TYPES = new Set(['application/pdf', 'text/plain']);
const TABLES = new Set(['csv', 'tsv']);
const TYPE_MAX_LENGTH = 5;

/** What a file is and how large, in a few words. */
export function describeFile(attachment: Attachment): string {
  return `${nameType(attachment)} · ${formatBytes(attachment.size_bytes)}`;
}

/** By its content; what is nothing in particular goes by the ending of its name. */
function nameType({ content_type: type, filename }: Attachment): string {
  const ending = /\.([a-z\d]+)$/i.exec(filename)?.[1] ?? '';
  if (IMAGE_TYPES.has(type)) return 'Image';
  if (type === 'application/pdf') return 'PDF';
  if (type === 'text/plain') return TABLES.has(ending.toLowerCase()) ? 'Table' : 'Text';
  return ending === '' || ending.length > TYPE_MAX_LENGTH ? 'File' : ending.toUpperCase();
}

/** True for what may be opened in a tab; HTML, SVG and XML are text too, and only ever saved. */
export function isOpenedInTab({ content_type: type }: Attachment): boolean {
  return OPENED_TYPES.has(type);
}

/** True for what a browser draws and nothing else: an SVG is a document, and stays a file. */
export function isShownAsImage({ kind, content_type: type }: Attachment): boolean {
  return kind === 'image' && IMAGE_TYPES.has(type);
}
