import type { Attachment } from '@/api/schema';
import { saveFile } from '@/lib/saveFile';

const KEPT_MS = 60_000;

/**
 * Shows a PDF or a text in a tab of its own; where no tab may be opened it is saved.
 *
 * @throws what `loading` throws; the tab is closed again.
 */
export async function openBytes(
  loading: Promise<Blob>,
  { kind, filename }: Attachment,
): Promise<void> {
  // Only while a click is being handled may a page open a tab.
  const tab = window.open('', '_blank');
  // Wherever it is taken later, it cannot reach back.
  if (tab) tab.opener = null;
  try {
    const bytes = await loading;
    if (!tab) {
      saveFile(bytes, filename);
      return;
    }
    // What it is shown as is decided here: an address of this page must not run anything.
    const type = kind === 'pdf' ? 'application/pdf' : 'text/plain;charset=utf-8';
    const url = URL.createObjectURL(bytes.slice(0, bytes.size, type));
    tab.location.replace(url);
    setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
  } catch (error) {
    tab?.close();
    throw error;
  }
}
