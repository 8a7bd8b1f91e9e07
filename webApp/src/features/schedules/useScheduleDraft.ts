import { useMemo } from 'react';

import { readDraft, type ScheduleDraft } from '@/features/schedules/scheduleDraft';
import { useChatStore } from '@/stores/useChatStore';

/** The form's content, kept in this browser until it is saved or given up. */
export function useScheduleDraft(key: string, first: ScheduleDraft) {
  const kept = useChatStore(({ drafts }) => drafts[key]);
  const setDraft = useChatStore((state) => state.setDraft);
  const draft = useMemo(() => readDraft(kept, first), [kept, first]);
  return {
    draft,
    change: (patch: Partial<ScheduleDraft>) =>
      setDraft(key, JSON.stringify({ ...draft, ...patch })),
    forget: () => setDraft(key, ''),
  };
}
