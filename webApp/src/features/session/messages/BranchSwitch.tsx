import { ChevronLeft, ChevronRight } from 'lucide-react';
import { type RefObject, useContext, useEffect, useRef } from 'react';

import { describeError } from '@/api/apiError';
import { useSwitchBranch } from '@/api/hooks/useBranchHooks';
import type { Message } from '@/api/schema';
import { LeaveReading } from '@/features/session/messages/leaveReading';
import { MessageAction } from '@/features/session/messages/MessageAction';
import { ReadOnly } from '@/features/session/messages/readOnly';
import { toastError } from '@/lib/toast';

type Direction = 'previous' | 'next';

/** By which button of the version before another one was reached; its own takes over the focus. */
const arrivals = new Map<number, Direction>();

/** Leads to the other versions of a message: ‹ 2/3 ›; nothing where there is only one. */
export function BranchSwitch({ message }: { message: Message }) {
  const { index, count, sibling_ids: siblingIds } = message.branch;
  const switchBranch = useSwitchBranch(message.session_id);
  const leaveReading = useContext(LeaveReading);
  const groupRef = useRef<HTMLSpanElement>(null);
  useFocusOnArrival(groupRef, message.id);
  if (useContext(ReadOnly) || count < 2) return null;

  const show = (siblingId: number, direction: Direction) => {
    arrivals.set(siblingId, direction);
    switchBranch.mutate(siblingId, {
      onSuccess: () => leaveReading(siblingId),
      onError: (error) => {
        arrivals.delete(siblingId);
        toastError(`${describeError(error)} This version stays open.`);
      },
    });
  };
  const button = (label: string, direction: Direction) => {
    const siblingId = siblingIds[index - 1 + (direction === 'next' ? 1 : -1)];
    const Icon = direction === 'next' ? ChevronRight : ChevronLeft;
    return (
      <MessageAction
        label={label}
        data-direction={direction}
        className="w-5 max-phone:w-11"
        disabled={siblingId === undefined || switchBranch.isPending}
        onClick={() => siblingId !== undefined && show(siblingId, direction)}
      >
        <Icon aria-hidden size={12} strokeWidth={2.4} />
      </MessageAction>
    );
  };
  return (
    <span ref={groupRef} role="group" aria-label="Versions" className="flex items-center">
      {button('Previous version', 'previous')}
      <span
        className="min-w-6 text-center tabular-nums"
        role="img"
        aria-label={`Version ${index} of ${count}`}
      >
        {index}/{count}
      </span>
      {button('Next version', 'next')}
    </span>
  );
}

/** Switching replaces the row with the button that was used; the keyboard must not lose its place. */
function useFocusOnArrival(groupRef: RefObject<HTMLSpanElement | null>, messageId: number): void {
  useEffect(() => {
    const direction = arrivals.get(messageId);
    if (!direction) return;
    arrivals.delete(messageId);
    const buttons = [...(groupRef.current?.querySelectorAll('button') ?? [])];
    const same = buttons.find((button) => button.dataset.direction === direction);
    const target = same?.disabled ? buttons.find((button) => !button.disabled) : same;
    target?.focus({ preventScroll: true });
  }, [groupRef, messageId]);
}
