import { Ellipsis } from 'lucide-react';
import { Suspense, useState } from 'react';

import type { Message } from '@/api/schema';
import { MessageAction } from '@/features/session/messages/MessageAction';
import { lazyPart } from '@/lib/lazyPart';

const { Part: MessageMenu, load: loadMenu } = lazyPart(
  async () => (await import('@/features/session/messages/MessageMenu')).MessageMenu,
);

/** Opens the menu of a message, which is loaded when somebody is about to press the button. */
export function MessageMenuButton({ message }: { message: Message }) {
  const [isWanted, setIsWanted] = useState(false);
  const prepare = () => void loadMenu().catch(() => undefined);
  const button = (
    <MessageAction
      label="More"
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={() => setIsWanted(true)}
    >
      <Ellipsis aria-hidden size={14} />
    </MessageAction>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <MessageMenu message={message} />
    </Suspense>
  );
}
