import { SquarePen } from 'lucide-react';
import { useNavigate } from 'react-router';

import {
  useChatSessions,
  useIsSessionListStale,
  useSessionCounts,
} from '@/api/hooks/useChatHistoryHooks';
import { ChannelFilter } from '@/features/picker/ChannelFilter';
import { SessionListSwitch } from '@/features/picker/SessionListSwitch';
import { SettingsButton } from '@/features/picker/SettingsButton';
import { FROM_PICKER } from '@/lib/fromPicker';
import { Button } from '@/lib/ui/Button';
import { useChatStore } from '@/stores/useChatStore';

interface PickerProps {
  email: string;
  onSignOut: () => void;
  /** Given what was pressed, which gets the focus back. */
  onConnectTelegram: (opener: HTMLElement) => void;
  /** Called when a session, or a new one, was chosen. */
  onOpenSession: () => void;
}

/** Every session of the user, whatever its channel. */
export function Picker({ email, onSignOut, onConnectTelegram, onOpenSession }: PickerProps) {
  const navigate = useNavigate();
  const filter = useChatStore((state) => state.channelFilter);
  const channel = filter === 'all' ? null : filter;
  const { data: counts } = useSessionCounts();
  const { data: sessions } = useChatSessions(channel);
  const isFirstRun = channel === null && sessions?.length === 0;
  const isStale = useIsSessionListStale(channel);
  const startSession = () => {
    void navigate('/new', { state: FROM_PICKER });
    onOpenSession();
  };
  return (
    <aside
      aria-label="Session picker"
      className="flex h-full flex-col border-r border-line bg-side max-phone:border-0 max-phone:bg-page"
    >
      <header className="flex h-14 flex-none items-center justify-between gap-2 pr-3 pl-4 max-phone:pr-1">
        <h1 className="truncate text-sm font-semibold max-phone:text-xl">Sessions</h1>
        <Button
          className="max-phone:size-11 max-phone:after:hidden max-phone:bg-transparent max-phone:px-0 max-phone:text-[0px] max-phone:inset-ring-0 max-phone:[&>svg]:size-5"
          onClick={startSession}
        >
          <SquarePen aria-hidden size={16} />
          New session
        </Button>
      </header>
      {!isFirstRun && <ChannelFilter counts={counts} />}
      <SessionListSwitch
        channel={channel}
        onOpen={onOpenSession}
        onConnectTelegram={onConnectTelegram}
      />
      <footer className="flex h-12 flex-none items-center justify-between gap-2 border-t border-line pr-2 pl-4 max-phone:h-[calc(48px+max(16px,env(safe-area-inset-bottom)))] max-phone:pb-[max(16px,env(safe-area-inset-bottom))]">
        <p role="status" className="text-xs text-muted max-phone:text-note">
          {isStale && 'Could not reach the server. Trying again.'}
        </p>
        <SettingsButton email={email} onConnectTelegram={onConnectTelegram} onSignOut={onSignOut} />
      </footer>
    </aside>
  );
}
