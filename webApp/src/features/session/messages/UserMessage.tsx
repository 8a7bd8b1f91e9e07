import type { Message } from '@/api/schema';
import { MessageFoot } from '@/features/session/messages/MessageFoot';
import { UserBlock } from '@/features/session/messages/UserBlock';

/** A message of the user as the server has it. */
export function UserMessage({ message }: { message: Message }) {
  return <UserBlock text={message.content} foot={<MessageFoot message={message} />} />;
}
