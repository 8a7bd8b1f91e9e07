import { File, FileText, ImageIcon, Table } from 'lucide-react';

import type { Attachment } from '@/api/schema';

const GLYPHS = { image: ImageIcon, pdf: FileText, text: FileText, file: File };

interface FileGlyphProps {
  kind: Attachment['kind'];
  filename: string;
}

/** What kind of file it is, as an icon. */
export function FileGlyph({ kind, filename }: FileGlyphProps) {
  const Glyph = /\.[ct]sv$/i.test(filename) ? Table : GLYPHS[kind];
  return <Glyph aria-hidden size={16} />;
}
