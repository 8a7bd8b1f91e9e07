import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react';

import { PICKER_WIDTH, useChatStore } from '@/stores/useChatStore';

const KEY_STEP = 20;

/** The picker beside the session, with an edge that can be dragged or moved by arrow keys. */
export function PickerColumn({ children }: { children: ReactNode }) {
  const width = useChatStore((state) => state.pickerWidth);
  return (
    <div className="relative h-full flex-none" style={{ width }}>
      {children}
      <ResizeEdge width={width} />
    </div>
  );
}

function ResizeEdge({ width }: { width: number }) {
  const setWidth = useChatStore((state) => state.setPickerWidth);
  const [isDragging, setIsDragging] = useState(false);

  const onPointerDown = (event: PointerEvent) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    setIsDragging(true);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (isDragging) setWidth(Math.round(event.clientX));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const widths: Record<string, number> = {
      ArrowLeft: width - KEY_STEP,
      ArrowRight: width + KEY_STEP,
      Home: PICKER_WIDTH.min,
      End: PICKER_WIDTH.max,
    };
    const next = widths[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setWidth(next);
  };
  return (
    <div
      role="slider"
      aria-label="Width of the session list"
      aria-valuemin={PICKER_WIDTH.min}
      aria-valuemax={PICKER_WIDTH.max}
      aria-valuenow={width}
      aria-valuetext={`${width} pixels`}
      tabIndex={0}
      className="absolute inset-y-0 -right-1 z-20 w-2 cursor-col-resize touch-none after:absolute after:inset-y-0 after:left-[3px] after:w-0.5 outline-none hover:after:bg-line-strong focus-visible:after:bg-accent active:after:bg-accent"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => setIsDragging(false)}
      onPointerCancel={() => setIsDragging(false)}
      onDoubleClick={() => setWidth(PICKER_WIDTH.default)}
      onKeyDown={onKeyDown}
    />
  );
}
