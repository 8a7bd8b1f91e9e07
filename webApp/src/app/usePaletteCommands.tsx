import {
  Archive,
  CalendarClock,
  CalendarPlus,
  FolderArchive,
  Moon,
  Send,
  SquarePen,
  Sun,
} from 'lucide-react';
import { useNavigate } from 'react-router';

import type { PaletteCommand } from '@/features/search/paletteItems';
import { FROM_PICKER } from '@/lib/fromPicker';
import { useChatStore } from '@/stores/useChatStore';

export interface PaletteActions {
  /** Called when something was chosen that opens beside the picker. */
  onOpenSession: () => void;
  /** Given what gets the focus back. */
  onConnectTelegram: (opener: HTMLElement) => void;
  /** Given what gets the focus back. */
  onOpenData: (opener: HTMLElement) => void;
}

/** What can be done by its name; nothing that a word typed in haste should not do. */
export function usePaletteCommands({
  onOpenSession,
  onConnectTelegram,
  onOpenData,
}: PaletteActions): PaletteCommand[] {
  const navigate = useNavigate();
  const setTheme = useChatStore((state) => state.setTheme);
  const setFilter = useChatStore((state) => state.setChannelFilter);
  const isArchiveShown = useChatStore((state) => state.channelFilter === 'archived');
  const goTo = (address: string) => () => {
    void navigate(address, { state: FROM_PICKER });
    onOpenSession();
  };
  return [
    { label: 'New session', icon: <SquarePen aria-hidden size={16} />, run: goTo('/new') },
    { label: 'Schedules', icon: <CalendarClock aria-hidden size={16} />, run: goTo('/schedules') },
    {
      label: 'New schedule',
      icon: <CalendarPlus aria-hidden size={16} />,
      run: goTo('/schedules/new'),
    },
    {
      label: isArchiveShown ? 'Show all sessions' : 'Show the archive',
      icon: <Archive aria-hidden size={16} />,
      run: () => setFilter(isArchiveShown ? 'all' : 'archived'),
    },
    {
      label: 'Connect Telegram',
      icon: <Send aria-hidden size={16} />,
      run: onConnectTelegram,
    },
    {
      label: 'Export or import your data',
      icon: <FolderArchive aria-hidden size={16} />,
      run: onOpenData,
    },
    {
      label: 'Light theme',
      icon: <Sun aria-hidden size={16} />,
      run: () => setTheme('light'),
    },
    { label: 'Dark theme', icon: <Moon aria-hidden size={16} />, run: () => setTheme('dark') },
  ];
}
