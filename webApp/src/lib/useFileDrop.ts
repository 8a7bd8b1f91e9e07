import { type RefObject, useEffect, useRef, useState } from 'react';

/**
 * Takes files that are dragged onto an element; a browser would open them in place of the app.
 * `onDrop` null takes none. Returns whether some are held above it.
 */
export function useFileDrop(
  zoneRef: RefObject<HTMLElement | null>,
  onDrop: ((files: readonly File[]) => void) | null,
): boolean {
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
      setIsOver(isInside(event));
      // Another place on the page has taken it.
      if (!isInside(event) && event.defaultPrevented) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = isInside(event) ? 'copy' : 'none';
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
  }, [zoneRef]);
  return isOver;
}

/** True while files are dragged, and not text or a link. */
function holdsFiles(transfer: DataTransfer): boolean {
  return transfer.types.includes('Files');
}
