import { type Unsent, useUnsentCount } from '@/api/unsent';
import { useRemovals } from '@/lib/removals';
import { Button } from '@/lib/ui/Button';
import { Modal } from '@/lib/ui/Modal';

interface SignOutQuestionProps {
  /** What opened it; null while it is closed. */
  opener: HTMLElement | null;
  /** How many changes wait in other tabs. */
  changesElsewhere: number;
  onStay: () => void;
  onSignOut: () => void;
}

/** Before something is lost that has not been sent. */
export function SignOutQuestion(props: SignOutQuestionProps) {
  const { opener, changesElsewhere, onStay, onSignOut } = props;
  const { messages, changes } = useUnsentCount();
  const removals = useRemovals(({ ids }) => ids.length);
  const unsent = { messages, changes: changes + changesElsewhere + removals };
  const count = unsent.messages + unsent.changes;
  return (
    <Modal title="Sign out" look="question" opener={opener} onClose={onStay}>
      <p role="status" className="mb-6 text-base">
        {count === 0 ? 'Everything has been sent by now.' : `${describeUnsent(unsent)}.`}
      </p>
      <div className="flex flex-wrap justify-end gap-x-2 gap-y-4">
        <Button onClick={onSignOut}>
          {count === 0 ? 'Sign out' : `Sign out and discard ${count === 1 ? 'it' : 'them'}`}
        </Button>
        <Button look="accent" onClick={onStay}>
          Stay signed in
        </Button>
      </div>
    </Modal>
  );
}

function describeUnsent({ messages, changes }: Unsent): string {
  const parts = [
    ...(messages > 0 ? [`${messages} ${messages === 1 ? 'message' : 'messages'}`] : []),
    ...(changes > 0 ? [`${changes} ${changes === 1 ? 'change' : 'changes'}`] : []),
  ];
  return `${parts.join(' and ')} ${messages + changes === 1 ? 'has' : 'have'} not been sent`;
}
