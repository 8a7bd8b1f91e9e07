import { Upload } from 'lucide-react';
import { useRef } from 'react';

import { DataPart } from '@/features/yourData/DataPart';
import { describeImport, type ImportTask } from '@/features/yourData/describeData';
import { describeImportProgress } from '@/features/yourData/describeProgress';
import { classNames } from '@/lib/ui/classNames';
import { useFileDrop } from '@/lib/useFileDrop';

interface ImportPartProps {
  task: ImportTask;
  onStart: (archive: File) => void;
  onCancel: () => void;
  onRetry: () => void;
}

/** Brings an archive in that was chosen or dropped here. */
export function ImportPart({ task, onStart, onCancel, onRetry }: ImportPartProps) {
  const inputRef = useRef<HTMLInputElement>(null);
  const zoneRef = useRef<HTMLDivElement>(null);
  const isRunning = task.status === 'running';
  const take = (files: readonly File[] | null) => {
    const [archive] = files ?? [];
    if (archive) onStart(archive);
  };
  const isOver = useFileDrop(zoneRef, isRunning ? null : take);
  return (
    <div
      ref={zoneRef}
      className={classNames('-m-3 rounded-box p-3', isOver && 'inset-ring-2 inset-ring-accent')}
    >
      <DataPart
        title="Bring an archive in"
        action={
          <>
            <Upload aria-hidden size={16} />
            Import an archive
          </>
        }
        onAction={() => inputRef.current?.click()}
        progress={isRunning ? describeImportProgress(task.progress) : null}
        onCancel={onCancel}
        outcome={describeImport(task)}
        onRetry={onRetry}
      >
        <p>
          Choose its file or drop it here. It adds what is missing, and nothing that is here is
          changed.
        </p>
      </DataPart>
      <input
        ref={inputRef}
        type="file"
        accept=".zip,application/zip"
        aria-label="File of the archive"
        tabIndex={-1}
        className="hidden"
        onChange={(event) => {
          take(Array.from(event.currentTarget.files ?? []));
          // The same file can be chosen again.
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}
