import { FILE_MAX_BYTES, MESSAGE_MAX_FILES } from '@/api/attachments/checkFile';
import type { DraftFile } from '@/api/attachments/draftFiles';
import { formatBytes } from '@/lib/formatBytes';

/** Why a message with these files cannot be sent yet, as a sentence; null when it can. */
export function describeUploads(files: readonly DraftFile[]): string | null {
  const isOnItsWay = files.some(({ attachment, problem }) => !attachment && problem === null);
  if (isOnItsWay) return 'You can send when everything is uploaded.';
  const failed = files.filter(({ problem }) => problem !== null);
  if (failed.length === 0) return null;
  const rest = failed.some(({ canRetry }) => canRetry) ? ' or try again' : '';
  return failed.length === 1
    ? `One file is not attached. Remove it${rest}.`
    : `${failed.length} files are not attached. Remove them${rest}.`;
}

/** Says of files that are more than a message holds that they are left out, and which never fit. */
export function describeLeftOut(files: readonly File[]): string {
  const [first] = files;
  const large = files.filter(({ size }) => size > FILE_MAX_BYTES).length;
  const limit = `larger than ${formatBytes(FILE_MAX_BYTES)}`;
  const held = `A message holds ${MESSAGE_MAX_FILES} files.`;
  if (first && files.length === 1) {
    return `${held} ${first.name} was left out${large > 0 ? `, and is ${limit}` : ''}.`;
  }
  const which = large === files.length ? 'all' : `${large === 1 ? 'one' : large} of them`;
  return `${held} ${files.length} files were left out${large > 0 ? `, ${which} ${limit}` : ''}.`;
}
