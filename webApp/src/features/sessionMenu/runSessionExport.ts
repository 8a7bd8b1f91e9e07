import { describeError } from '@/api/apiError';
import {
  type ExportFormat,
  exportSession,
  type SessionExportProgress,
} from '@/api/archive/exportSession';
import { toastError, toastProgress } from '@/lib/toast';
import { onUserLeaving } from '@/lib/userLeaving';

/** What is done by then needs no word. */
const SILENT_MS = 1_000;
/** Each time it is also read out to those who listen. */
const SHOWN_EVERY_MS = 2_000;
const NUMBER = new Intl.NumberFormat('en');

const running = new Set<AbortController>();
onUserLeaving(() => {
  for (const controller of running) controller.abort();
});

/** Downloads a session; when that takes a while it says how far it is, and can be cancelled. */
export async function runSessionExport(sessionId: string, format: ExportFormat): Promise<void> {
  const controller = new AbortController();
  running.add(controller);
  let progress: SessionExportProgress | null = null;
  const said = toastProgress(() => describe(progress), {
    afterMs: SILENT_MS,
    everyMs: SHOWN_EVERY_MS,
    onCancel: () => controller.abort(),
  });
  try {
    await exportSession(
      { sessionId, format },
      (made) => {
        progress = made;
      },
      controller.signal,
    );
  } catch (error) {
    if (!controller.signal.aborted) toastError(`${describeError(error)} Nothing was exported.`);
  } finally {
    said.end();
    running.delete(controller);
  }
}

function describe(progress: SessionExportProgress | null): string {
  if (!progress || progress.messagesTotal === 0) return 'Exporting the session';
  const { messages, messagesTotal } = progress;
  return `Exporting: ${NUMBER.format(messages)} of ${NUMBER.format(messagesTotal)} messages`;
}
