import type { ReactNode } from 'react';

import { DropZone } from '@/features/session/attachments/DropZone';

interface SessionFrameProps {
  head: ReactNode;
  /** The messages, or what stands in for them. */
  children: ReactNode;
  composer: ReactNode;
  /** Given the files that are dropped on it; null takes none. */
  onDrop: ((files: readonly File[]) => void) | null;
}

/** Head, messages and composer from top to bottom. */
export function SessionFrame({ head, children, composer, onDrop }: SessionFrameProps) {
  return (
    <DropZone onDrop={onDrop}>
      {head}
      {children}
      <div className="relative flex-none px-6 pb-[max(16px,env(safe-area-inset-bottom))] max-phone:px-2">
        {composer}
      </div>
    </DropZone>
  );
}
