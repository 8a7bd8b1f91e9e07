import type { ReactNode } from 'react';

interface SessionFrameProps {
  head: ReactNode;
  /** The messages, or what stands in for them. */
  children: ReactNode;
  composer: ReactNode;
}

/** Head, messages and composer from top to bottom. */
export function SessionFrame({ head, children, composer }: SessionFrameProps) {
  return (
    <main className="flex h-full flex-col">
      {head}
      {children}
      <div className="relative flex-none px-6 pb-[max(16px,env(safe-area-inset-bottom))] max-phone:px-2">
        {composer}
      </div>
    </main>
  );
}
