import type { DraftFile } from '@/api/attachments/draftFiles';

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
