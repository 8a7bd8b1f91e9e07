import { useContext, useState } from 'react';

import { describeError } from '@/api/apiError';
import type { Message } from '@/api/schema';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { LeaveReading } from '@/features/session/messages/leaveReading';
import { toastError } from '@/lib/toast';

/** Asks for another answer beside this one, from the start or from where it broke off. */
export function useRegenerate({ id, session_id: sessionId }: Message) {
  const runner = useTurnRunner();
  const leaveReading = useContext(LeaveReading);
  const [isAsking, setIsAsking] = useState(false);
  const ask = async (keepsText: boolean) => {
    setIsAsking(true);
    try {
      await runner.regenerate({ sessionId, answerId: id, keepsText });
      leaveReading(null);
    } catch (error) {
      toastError(`${describeError(error)} The answer stays as it is.`);
    } finally {
      setIsAsking(false);
    }
  };
  const regenerate = ({ keepsText }: { keepsText: boolean }) => void ask(keepsText);
  return { regenerate, isAsking };
}
