import { Download } from 'lucide-react';

import { DataPart } from '@/features/yourData/DataPart';
import { describeExport, type ExportTask } from '@/features/yourData/describeData';
import { describeExportProgress } from '@/features/yourData/describeProgress';

interface ExportPartProps {
  task: ExportTask;
  onStart: () => void;
  onCancel: () => void;
}

/** Takes everything along. */
export function ExportPart({ task, onStart, onCancel }: ExportPartProps) {
  return (
    <DataPart
      title="Take everything along"
      action={
        <>
          <Download aria-hidden size={16} />
          Export everything
        </>
      }
      onAction={onStart}
      progress={task.status === 'running' ? describeExportProgress(task.progress) : null}
      onCancel={onCancel}
      outcome={describeExport(task)}
      onRetry={onStart}
    >
      <p>All your sessions, with every version and all files, in one archive.</p>
    </DataPart>
  );
}
