import { useMemo } from 'react';

import { useChatSessions } from '@/api/hooks/useChatHistoryHooks';
import { useSchedules } from '@/api/hooks/useScheduleHooks';

/** The agents this user has worked with, as far as they are known here. */
export function useAgentNames(): string[] {
  const { data: sessions } = useChatSessions();
  const { data: schedules } = useSchedules();
  return useMemo(() => {
    const names = [...(sessions ?? []), ...(schedules ?? [])].map(({ agent_name: name }) => name);
    return [...new Set(names)].sort();
  }, [sessions, schedules]);
}
