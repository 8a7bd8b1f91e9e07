import { Pencil } from 'lucide-react';

import { useContext } from 'react';

import type { Message } from '@/api/schema';
import { BranchSwitch } from '@/features/session/messages/BranchSwitch';
import { startEditing, useEdited } from '@/features/session/messages/editing';
import { MessageAction } from '@/features/session/messages/MessageAction';
import { MessageEditor } from '@/features/session/messages/MessageEditor';
import { MessageFoot } from '@/features/session/messages/MessageFoot';
import { MessageMenuButton } from '@/features/session/messages/MessageMenuButton';
import { ReadOnly } from '@/features/session/messages/readOnly';
import { UserBlock } from '@/features/session/messages/UserBlock';

/** A message of the user as the server has it; it is edited in its own place. */
export function UserMessage({ message }: { message: Message }) {
  const edited = useEdited(message);
  const isReadOnly = useContext(ReadOnly);
  if (edited) return <MessageEditor message={edited} shownId={message.id} />;
  return (
    <UserBlock
      text={message.content}
      attachments={message.attachments}
      foot={<MessageFoot message={message} />}
      versions={<BranchSwitch message={message} />}
      actions={
        !isReadOnly && (
          <>
            <MessageAction
              label="Edit"
              data-edits={message.id}
              onClick={() => startEditing(message)}
            >
              <Pencil aria-hidden size={14} />
            </MessageAction>
            <MessageMenuButton message={message} />
          </>
        )
      }
    />
  );
}
