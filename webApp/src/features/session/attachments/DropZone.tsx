import { Paperclip } from 'lucide-react';
import { type ReactNode, useRef } from 'react';

import { useFileDrop } from '@/lib/useFileDrop';

interface DropZoneProps {
  /** Null takes none. */
  onDrop: ((files: readonly File[]) => void) | null;
  children: ReactNode;
}

/** Takes files that are dragged onto the session. */
export function DropZone({ onDrop, children }: DropZoneProps) {
  const zoneRef = useRef<HTMLElement>(null);
  const isOver = useFileDrop(zoneRef, onDrop);
  return (
    <main ref={zoneRef} className="relative flex h-full flex-col">
      {children}
      {isOver && (
        <div className="pointer-events-none absolute inset-0 z-20 grid animate-fade-in place-items-center bg-page/95 p-3">
          <p className="grid size-full place-content-center justify-items-center gap-3 rounded-box text-base text-soft inset-ring-2 inset-ring-accent">
            <Paperclip aria-hidden size={20} className="text-accent" />
            Drop files here to attach them
          </p>
        </div>
      )}
    </main>
  );
}
