import { classNames } from '@/lib/ui/classNames';

/** Something is going on; 6 px in the line of its words. */
export function PulseDot({ className }: { className?: string }) {
  return (
    <i
      aria-hidden
      className={classNames(
        'inline-block size-1.5 flex-none animate-pulse-dot rounded-full bg-accent',
        className,
      )}
    />
  );
}
