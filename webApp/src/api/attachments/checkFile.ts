import { describeCode } from '@/api/apiError';

/** As many go with one message. */
export const MESSAGE_MAX_FILES = 10;
export const FILE_MAX_BYTES = 20 * 1024 * 1024;

/** Why a file need not even be sent, as a sentence; null when it may be. */
export async function checkFile(file: File): Promise<string | null> {
  if (file.size > FILE_MAX_BYTES) return describeCode('attachment_too_large');
  try {
    // Folders look like files until they are read, and a file may be gone since it was chosen.
    await file.slice(0, 1).arrayBuffer();
  } catch {
    return 'This file cannot be read.';
  }
  return file.size === 0 ? describeCode('attachment_empty') : null;
}
