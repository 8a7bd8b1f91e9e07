import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState } from 'react';

import { countChangesElsewhere } from '@/api/keptChanges';
import { finishUnsent, signOut } from '@/app/signOut';

const SignOutQuestion = lazy(async () => ({
  default: (await import('@/app/SignOutQuestion')).SignOutQuestion,
}));

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
