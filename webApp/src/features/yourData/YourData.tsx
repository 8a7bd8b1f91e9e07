import { useEffect, useRef } from 'react';

import type { Outcome } from '@/features/yourData/describeData';
import { ExportPart } from '@/features/yourData/ExportPart';
import { ImportPart } from '@/features/yourData/ImportPart';
import { useDataTasks } from '@/features/yourData/useDataTasks';
import { toastAction } from '@/lib/toast';
import { Modal } from '@/lib/ui/Modal';

interface YourDataProps {
  /** What opened it; null while it is closed. */
  opener: HTMLElement | null;
  onClose: () => void;
  onOpen: (opener: HTMLElement) => void;
}

/** Takes everything along, and brings it in again; what runs goes on while the panel is closed. */
export function YourData({ opener, onClose, onOpen }: YourDataProps) {
  const isOpen = useRef(false);
  const openedBy = useRef<HTMLElement>(null);
  useEffect(() => {
    isOpen.current = opener !== null;
    if (opener) openedBy.current = opener;
  }, [opener]);
  const tasks = useDataTasks((outcome: Outcome) => {
    if (isOpen.current) return;
    const show = () => onOpen(openedBy.current ?? document.body);
    toastAction(outcome.sentence, { label: 'Show', onAction: show });
  });
  return (
    <Modal title="Your data" opener={opener} onClose={onClose}>
      <div className="flex flex-col gap-6 text-sm text-soft max-phone:text-base">
        <ExportPart
          task={tasks.exported.task}
          onStart={tasks.startExport}
          onCancel={tasks.exported.cancel}
        />
        <hr className="border-line" />
        <ImportPart
          task={tasks.imported.task}
          onStart={tasks.startImport}
          onCancel={tasks.imported.cancel}
          onRetry={tasks.retryImport}
        />
      </div>
    </Modal>
  );
}
