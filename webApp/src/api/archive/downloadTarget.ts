import { saveFile } from '@/lib/saveFile';

type Bytes = Uint8Array<ArrayBuffer>;

/** Where a download goes while it arrives. */
export interface DownloadTarget {
  write: (piece: Bytes) => void | Promise<void>;
  /** All that was written. */
  close: () => Promise<Blob>;
  /** Keeps it, under this name unless the user has chosen one. */
  save: (filename: string) => void;
  /** Leaves nothing of it. */
  discard: () => Promise<void>;
}

/** Above this much, what has arrived is handed to the browser, which can keep it on disk. */
const IN_MEMORY_BYTES = 8 * 1024 * 1024;

/** What no browser but Chromium has: https://wicg.github.io/file-system-access/ */
interface FilePicker {
  showSaveFilePicker?: (options: {
    suggestedName: string;
    types: { description: string; accept: Record<string, string[]> }[];
  }) => Promise<FileSystemFileHandle & { remove?: () => Promise<void> }>;
}

/**
 * Asks where an archive is to be kept, where the browser can write it there piece by piece; call it
 * when something was pressed. Null when the user thought better of it.
 */
export async function chooseTarget(suggestedName: string): Promise<DownloadTarget | null> {
  const { showSaveFilePicker } = window as FilePicker;
  if (!showSaveFilePicker) return targetInBrowser('application/zip');
  try {
    const handle = await showSaveFilePicker({
      suggestedName,
      types: [{ description: 'Archive', accept: { 'application/zip': ['.zip'] } }],
    });
    return await targetInFile(handle);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    // A frame or a policy may forbid it.
    return targetInBrowser('application/zip');
  }
}

/** Keeps what arrives in the browser until it is whole, and saves it as a download then. */
export function targetInBrowser(type: string): DownloadTarget {
  let kept: BlobPart[] = [];
  let keptBytes = 0;
  return {
    write: (piece) => {
      kept.push(piece);
      keptBytes += piece.length;
      if (keptBytes < IN_MEMORY_BYTES) return;
      kept = [new Blob(kept)];
      keptBytes = 0;
    },
    close: () => {
      kept = [new Blob(kept, { type })];
      return Promise.resolve(kept[0] as Blob);
    },
    save: (filename) => saveFile(kept[0] as Blob, filename),
    discard: () => {
      kept = [];
      return Promise.resolve();
    },
  };
}

/** Writes into a file; one that was there before stays as it was until the new one is whole. */
async function targetInFile(
  handle: FileSystemFileHandle & { remove?: () => Promise<void> },
): Promise<DownloadTarget> {
  const { size: sizeBefore } = await handle.getFile();
  const file = await handle.createWritable();
  return {
    write: (piece) => file.write(piece),
    close: async () => {
      await file.close();
      return handle.getFile();
    },
    save: () => undefined,
    discard: async () => {
      await file.abort().catch(() => undefined);
      // Choosing a name has made an empty file of it.
      if (sizeBefore === 0) await handle.remove?.().catch(() => undefined);
    },
  };
}
