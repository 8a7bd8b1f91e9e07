import { useEffect, useRef } from 'react';

import { DraftFileChip } from '@/features/session/attachments/DraftFileChip';
import type { Attaching } from '@/features/session/attachments/useAttaching';

interface DraftFileListProps {
  attaching: Pick<Attaching, 'files' | 'remove'> & Partial<Pick<Attaching, 'retry'>>;
  /** Where the keyboard goes on when the last file is removed. */
  onEmptied: () => void;
  className: string;
}

/** The files beside an unsent message, in the order they will have. */
export function DraftFileList({ attaching, onEmptied, className }: DraftFileListProps) {
  const { files, remove, retry } = attaching;
  const listRef = useRef<HTMLUListElement>(null);
  const knownCount = useRef(files.length);
  useEffect(() => {
    // What has just been added is seen, however many there are.
    const isMore = files.length > knownCount.current;
    knownCount.current = files.length;
    if (isMore) listRef.current?.lastElementChild?.scrollIntoView({ block: 'nearest' });
  }, [files.length]);
  if (files.length === 0) return null;
  const removeAt = (index: number) => {
    const file = files[index];
    if (!file) return;
    // The button that was pressed goes; its neighbour takes over.
    const buttons = listRef.current?.querySelectorAll<HTMLElement>('[aria-label^="Remove "]');
    const neighbour = buttons?.[index + 1] ?? buttons?.[index - 1];
    remove(file);
    if (neighbour) neighbour.focus();
    else onEmptied();
  };
  return (
    // What scrolls ends before the frame around it.
    <div className={className}>
      <ul
        ref={listRef}
        aria-label="Attached files"
        className="grid max-h-71 grid-cols-2 gap-2 overflow-y-auto max-phone:max-h-55 max-phone:grid-cols-1"
      >
        {files.map((file, index) => (
          <DraftFileChip
            key={file.key}
            file={file}
            onRemove={() => removeAt(index)}
            onRetry={() => retry?.(file)}
          />
        ))}
      </ul>
    </div>
  );
}
