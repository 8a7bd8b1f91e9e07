import { Ellipsis } from 'lucide-react';
import { Suspense, useState } from 'react';

import type { Session } from '@/api/schema';
import { lazyPart } from '@/lib/lazyPart';
import { IconButton } from '@/lib/ui/IconButton';

const { Part: SessionMenu, load: loadMenu } = lazyPart(
  async () => (await import('@/features/sessionMenu/SessionMenu')).SessionMenu,
);

interface SessionMenuButtonProps {
  session: Session;
  /** What it is called; one of many on a page needs a name of its own. */
  label: string;
  className?: string;
  tabIndex?: number;
  /** Begins choosing several sessions with this one; missing where there is no list. */
  onChoose?: () => void;
}

/** Opens the menu of a session, which is loaded when somebody is about to press the button. */
export function SessionMenuButton({ session, onChoose, ...look }: SessionMenuButtonProps) {
  const [isWanted, setIsWanted] = useState(false);
  const [isOpen, setIsOpen] = useState(false);
  const prepare = () => void loadMenu().catch(() => undefined);
  const button = (
    <IconButton
      {...look}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={() => {
        setIsWanted(true);
        setIsOpen(true);
      }}
    >
      <Ellipsis aria-hidden size={16} />
    </IconButton>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <SessionMenu
        session={session}
        isOpen={isOpen}
        onOpenChange={setIsOpen}
        {...(onChoose && { onChoose })}
        {...look}
      />
    </Suspense>
  );
}
