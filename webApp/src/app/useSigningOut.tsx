import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';

import { countChangesElsewhere } from '@/api/keptChanges';
import { finishUnsent, signOut } from '@/app/signOut';

const loadQuestion = () => import('@/app/SignOutQuestion');
const SignOutQuestion = lazy(async () => ({ default: (await loadQuestion()).SignOutQuestion }));

/** How long the app has to itself before the question is loaded. */
const LOAD_AFTER_MS = 2_000;

interface Question {
  opener: HTMLElement;
  changesElsewhere: number;
}

/** Signs out; while something has not been sent it asks first. */
export function useSigningOut() {
  const queryClient = useQueryClient();
  const [asked, setAsked] = useState<Question | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const isLeaving = useRef(false);
  useEffect(() => {
    // Ahead of its use: it is asked when the server may be out of reach.
    const timer = setTimeout(() => void loadQuestion().catch(() => undefined), LOAD_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const leave = async (opener: HTMLElement) => {
    if (isLeaving.current) return;
    isLeaving.current = true;
    try {
      if (await finishUnsent(queryClient)) {
        await signOut(queryClient);
        return;
      }
      setAsked({ opener, changesElsewhere: await countChangesElsewhere(queryClient) });
      setIsOpen(true);
    } finally {
      isLeaving.current = false;
    }
  };
  const question = asked && (
    <Suspense>
      <SignOutQuestion
        opener={isOpen ? asked.opener : null}
        changesElsewhere={asked.changesElsewhere}
        onStay={() => setIsOpen(false)}
        onSignOut={() => void signOut(queryClient)}
      />
    </Suspense>
  );
  return { start: (opener: HTMLElement) => void leave(opener), question };
}
