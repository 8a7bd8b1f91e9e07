import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';

import { ApiError } from '@/api/apiError';
import { chooseTarget } from '@/api/archive/downloadTarget';
import { exportArchive, type ExportProgress, type ExportResult } from '@/api/archive/exportArchive';
import { importArchive } from '@/api/archive/importArchive';
import type { ImportProgress, ImportResult } from '@/api/archive/readImport';
import { useLongTask } from '@/api/hooks/useLongTask';
import { usePublicConfig } from '@/api/publicConfig';
import { queryKeys } from '@/api/queryKeys';
import { settleUnsent } from '@/api/unsent';
import { describeExport, describeImport, type Outcome } from '@/features/yourData/describeData';
import { carryOutRemovals } from '@/lib/removals';

/** The export and the import of a visit; `onEnd` is told of each that the user did not cancel. */
export function useDataTasks(onEnd: (outcome: Outcome) => void) {
  const queryClient = useQueryClient();
  const { import_max_bytes: maxBytes } = usePublicConfig();
  const exported = useLongTask<ExportProgress, ExportResult>();
  const imported = useLongTask<ImportProgress, ImportResult>();
  const archiveRef = useRef<File>(null);
  const tell = (outcome: Outcome | null, status: string | undefined) => {
    if (outcome && status !== 'cancelled') onEnd(outcome);
  };

  const startExport = async () => {
    const target = await chooseTarget(`chat-registry-${today()}.zip`);
    if (!target) return;
    const end = await exported.run((onProgress, signal) =>
      exportArchive(target, onProgress, signal),
    );
    tell(end && describeExport(end), end?.status);
  };
  const startImport = async (content: File) => {
    archiveRef.current = content;
    const end = await imported.run(async (onProgress, signal) => {
      // Rather than after it has all been sent.
      if (content.size > maxBytes) throw tooLarge();
      // What is in the archive and being deleted would be taken for known, and be gone after.
      await carryOutRemovals();
      await settleUnsent(queryClient);
      try {
        return await importArchive({ content, onProgress }, signal);
      } finally {
        // What came in stays, also when it was cancelled.
        void queryClient.invalidateQueries({ queryKey: queryKeys.all });
      }
    });
    tell(end && describeImport(end), end?.status);
  };
  return {
    exported,
    imported,
    startExport: () => void startExport(),
    startImport: (content: File) => void startImport(content),
    retryImport: () => {
      if (archiveRef.current) void startImport(archiveRef.current);
    },
  };
}

function tooLarge(): ApiError {
  return new ApiError({ code: 'archive_too_large', status: 413, detail: '' });
}

function today(): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const now = new Date();
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
