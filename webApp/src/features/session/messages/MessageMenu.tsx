import { Ellipsis, GitBranch } from 'lucide-react';
import { useRef } from 'react';
import { useNavigate } from 'react-router';

import { describeError } from '@/api/apiError';
import { useForkSession } from '@/api/hooks/useBranchHooks';
import type { Message } from '@/api/schema';
import { MessageAction } from '@/features/session/messages/MessageAction';
import { newId } from '@/lib/newId';
import { toastError } from '@/lib/toast';
import { Menu, MenuItem } from '@/lib/ui/Menu';

/** What is done with a message less often. */
export function MessageMenu({ message }: { message: Message }) {
  const navigate = useNavigate();
  const fork = useForkSession();
  const newSessionId = useRef(newId());
  const continueElsewhere = () => {
    const { session_id: sessionId, id: messageId } = message;
    fork.mutate(
      { sessionId, messageId, newSessionId: newSessionId.current },
      {
        onSuccess: ({ session_id: forkId }) => {
          newSessionId.current = newId();
          void navigate(`/sessions/${encodeURIComponent(forkId)}`);
        },
        onError: (error) => toastError(`${describeError(error)} No new session was made.`),
      },
    );
  };
  return (
    <Menu
      isOpenAtFirst
      align="start"
      trigger={
        <MessageAction label="More">
          <Ellipsis aria-hidden size={14} />
        </MessageAction>
      }
    >
      <MenuItem disabled={fork.isPending} onSelect={continueElsewhere}>
        <GitBranch aria-hidden size={16} className="text-icon" />
        Continue in a new session
      </MenuItem>
    </Menu>
  );
}
