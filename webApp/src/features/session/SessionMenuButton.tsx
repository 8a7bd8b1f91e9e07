import { Ellipsis } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';

import { IconButton } from '@/lib/ui/IconButton';

const loadMenu = () => import('@/features/session/SessionMenu');
const SessionMenu = lazy(async () => ({ default: (await loadMenu()).SessionMenu }));

/** Opens the menu of the session, which is loaded when somebody is about to press the button. */
export function SessionMenuButton({ sessionId }: { sessionId: string }) {
  const [isWanted, setIsWanted] = useState(false);
  const prepare = () => void loadMenu().catch(() => undefined);
  const button = (
    <IconButton
      label="Session menu"
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={() => setIsWanted(true)}
    >
      <Ellipsis aria-hidden size={16} />
    </IconButton>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <SessionMenu sessionId={sessionId} />
    </Suspense>
  );
}
