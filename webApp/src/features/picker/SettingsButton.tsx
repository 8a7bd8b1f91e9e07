import { Settings2 } from 'lucide-react';
import { Suspense, useState } from 'react';

import type { SettingsMenuProps } from '@/features/picker/SettingsMenu';
import { lazyPart } from '@/lib/lazyPart';
import { IconButton } from '@/lib/ui/IconButton';

const { Part: SettingsMenu, load: loadMenu } = lazyPart(
  async () => (await import('@/features/picker/SettingsMenu')).SettingsMenu,
);

/** Opens the settings; their menu is loaded when somebody is about to press the button. */
export function SettingsButton(props: SettingsMenuProps) {
  const [isWanted, setIsWanted] = useState(false);
  const prepare = () => void loadMenu().catch(() => undefined);
  const button = (
    <IconButton
      label="Settings"
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={prepare}
      onFocus={prepare}
      onClick={() => setIsWanted(true)}
    >
      <Settings2 aria-hidden size={16} />
    </IconButton>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <SettingsMenu {...props} />
    </Suspense>
  );
}
