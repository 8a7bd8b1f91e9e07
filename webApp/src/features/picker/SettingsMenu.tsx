import { CalendarClock, FolderArchive, ListChecks, LogOut, Send, Settings2 } from 'lucide-react';
import { useRef } from 'react';

import { IconButton } from '@/lib/ui/IconButton';
import {
  Menu,
  MenuItem,
  MenuLabel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
} from '@/lib/ui/Menu';
import { type Theme, useChatStore } from '@/stores/useChatStore';

const THEMES: { theme: Theme; label: string }[] = [
  { theme: 'system', label: 'Like the system' },
  { theme: 'light', label: 'Light' },
  { theme: 'dark', label: 'Dark' },
];

export interface SettingsMenuProps {
  email: string;
  /** Begins choosing several sessions; null where there are none. */
  onSelectSessions: (() => void) | null;
  onOpenSchedules: () => void;
  onConnectTelegram: (opener: HTMLElement) => void;
  onOpenData: (opener: HTMLElement) => void;
  onSignOut: (opener: HTMLElement) => void;
}

/** Theme, schedules, Telegram, own data and sign-out, at the picker's foot. */
export function SettingsMenu(props: SettingsMenuProps) {
  const { email, onSelectSessions, onOpenSchedules, onConnectTelegram, onOpenData, onSignOut } =
    props;
  const triggerRef = useRef<HTMLButtonElement>(null);
  const leadsToList = useRef(false);
  const theme = useChatStore((state) => state.theme);
  const setTheme = useChatStore((state) => state.setTheme);
  return (
    <Menu
      isOpenAtFirst
      side="top"
      onCloseAutoFocus={(event) => {
        if (leadsToList.current) event.preventDefault();
        leadsToList.current = false;
      }}
      trigger={
        <IconButton ref={triggerRef} label="Settings">
          <Settings2 aria-hidden size={16} />
        </IconButton>
      }
    >
      <MenuLabel>Theme</MenuLabel>
      <MenuRadioGroup value={theme} onValueChange={(value) => setTheme(value as Theme)}>
        {THEMES.map((choice) => (
          <MenuRadioItem key={choice.theme} value={choice.theme}>
            {choice.label}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
      <MenuSeparator />
      {onSelectSessions && (
        <MenuItem
          onSelect={() => {
            leadsToList.current = true;
            onSelectSessions();
          }}
        >
          <ListChecks aria-hidden size={16} className="text-icon" />
          Select sessions
        </MenuItem>
      )}
      <MenuItem onSelect={onOpenSchedules}>
        <CalendarClock aria-hidden size={16} className="text-icon" />
        Schedules
      </MenuItem>
      <MenuItem
        onSelect={() => {
          if (triggerRef.current) onConnectTelegram(triggerRef.current);
        }}
      >
        <Send aria-hidden size={16} className="text-icon" />
        Connect Telegram
      </MenuItem>
      <MenuItem
        onSelect={() => {
          if (triggerRef.current) onOpenData(triggerRef.current);
        }}
      >
        <FolderArchive aria-hidden size={16} className="text-icon" />
        Your data
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>
        <span className="block max-w-60 truncate">{email}</span>
      </MenuLabel>
      <MenuItem
        onSelect={() => {
          if (triggerRef.current) onSignOut(triggerRef.current);
        }}
      >
        <LogOut aria-hidden size={16} className="text-icon" />
        Sign out
      </MenuItem>
    </Menu>
  );
}
