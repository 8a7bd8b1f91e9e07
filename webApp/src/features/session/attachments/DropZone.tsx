import { Paperclip } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import { holdsFiles } from '@/features/session/attachments/transferredFiles';

interface DropZoneProps {
  /** Null takes none. */
  onDrop: ((files: readonly File[]) => void) | null;
  children: ReactNode;
}

/** Takes files that are dragged onto the session; a browser would open them in place of the app. */
export function DropZone({ onDrop, children }: DropZoneProps) {
  const zoneRef = useRef<HTMLElement>(null);
  const [isOver, setIsOver] = useState(false);
  const drop = useRef(onDrop);
  useEffect(() => {
    drop.current = onDrop;
  });
  useEffect(() => {
    const isInside = ({ target }: DragEvent) =>
      drop.current !== null && target instanceof Node && zoneRef.current?.contains(target) === true;
    const onDragOver = (event: DragEvent) => {
      if (!event.dataTransfer || !holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = isInside(event) ? 'copy' : 'none';
      setIsOver(isInside(event));
    };
    const onDragLeave = ({ relatedTarget }: DragEvent) => {
      if (relatedTarget === null) setIsOver(false);
    };
    const onDropped = (event: DragEvent) => {
      setIsOver(false);
      if (!event.dataTransfer || !holdsFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (isInside(event)) drop.current?.(Array.from(event.dataTransfer.files));
    };
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('dragleave', onDragLeave);
    window.addEventListener('drop', onDropped);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('dragleave', onDragLeave);
      window.removeEventListener('drop', onDropped);
    };
  }, []);
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
