import type { ExportProgress } from '@/api/archive/exportArchive';
import type { ImportProgress } from '@/api/archive/readImport';
import { formatBytes } from '@/lib/formatBytes';

/** How far something is. */
export interface Progress {
  /** From 0 to 1; null while nobody knows. */
  share: number | null;
  words: string;
}

const NUMBER = new Intl.NumberFormat('en');

export function describeExportProgress(progress: ExportProgress | null): Progress {
  if (!progress) return { share: null, words: 'Beginning' };
  const { sessions, sessionsTotal, bytes } = progress;
  return {
    // The first may hold as much as all others.
    share: sessions === 0 || sessionsTotal === 0 ? null : sessions / sessionsTotal,
    words: `${ofSessions(sessions, sessionsTotal)}, ${formatBytes(bytes)}`,
  };
}

export function describeImportProgress(progress: ImportProgress | null): Progress {
  switch (progress?.step) {
    case 'sending': {
      const { sent, total } = progress;
      const words = `Sent ${formatBytes(sent)} of ${formatBytes(total)}`;
      return { share: total === 0 ? null : sent / total, words };
    }
    case 'checking':
      return { share: null, words: 'Checking the archive' };
    case 'storing': {
      const { done, total } = progress;
      // By messages: a session may have two of them or a hundred thousand.
      const share = total.messages === 0 ? null : done.messages / total.messages;
      const isOne = total.sessions === 1 && total.messages > 1;
      const words = isOne
        ? `${NUMBER.format(done.messages)} of ${NUMBER.format(total.messages)} messages`
        : ofSessions(done.sessions, total.sessions);
      return { share, words };
    }
    default:
      return { share: null, words: 'Beginning' };
  }
}

function ofSessions(done: number, total: number): string {
  return `${NUMBER.format(done)} of ${NUMBER.format(total)} ${total === 1 ? 'session' : 'sessions'}`;
}
