import { Archive, CalendarClock, SquarePen } from 'lucide-react';
import { useRef } from 'react';
import { useNavigate } from 'react-router';

import { useChatSessions, useSessionCounts } from '@/api/hooks/useChatHistoryHooks';
import { useIsOnline } from '@/api/hooks/useIsOnline';
import { useSchedules } from '@/api/hooks/useScheduleHooks';
import { ChannelFilter } from '@/features/picker/ChannelFilter';
import { hasRun } from '@/features/picker/pickerItems';
import type { RenderRowMenu } from '@/features/picker/rowProps';
import { SearchButton } from '@/features/picker/SearchButton';
import { SessionListSwitch } from '@/features/picker/SessionListSwitch';
import { SettingsButton } from '@/features/picker/SettingsButton';
import { useSelecting } from '@/features/picker/useSelecting';
import { FROM_PICKER } from '@/lib/fromPicker';
import { Button } from '@/lib/ui/Button';
import { IconButton } from '@/lib/ui/IconButton';
import { classNames } from '@/lib/ui/classNames';
import { useChatStore } from '@/stores/useChatStore';

interface PickerProps {
  email: string;
  /** Given what was pressed, which gets the focus back. */
  onSignOut: (opener: HTMLElement) => void;
  /** Given what was pressed, which gets the focus back. */
  onConnectTelegram: (opener: HTMLElement) => void;
  /** Given what was pressed, which gets the focus back. */
  onOpenData: (opener: HTMLElement) => void;
  /** Given what was pressed, which gets the focus back. */
  onSearch: (opener: HTMLElement) => void;
  /** Called when something was chosen that opens beside the picker. */
  onOpenSession: () => void;
  renderMenu: RenderRowMenu;
}

/** Every session of the user, whatever its channel. */
export function Picker(props: PickerProps) {
  const { email, onSignOut, onConnectTelegram, onOpenData, onOpenSession } = props;
  const { onSearch, renderMenu } = props;
  const navigate = useNavigate();
  const chosen = useChatStore((state) => state.channelFilter);
  const filter = chosen === 'all' ? null : chosen;
  const { data: counts } = useSessionCounts();
  const { data: sessions } = useChatSessions(filter);
  const { data: schedules } = useSchedules();
  const isListEmpty = sessions?.length === 0 && schedules?.some(hasRun) !== true;
  // Runs of schedules that are deleted are not in the list of all, and need the filter.
  const isFirstRun = filter === null && isListEmpty && !(counts?.all || counts?.scheduled);
  const isOnline = useIsOnline();
  const pickerRef = useRef<HTMLElement>(null);
  const selecting = useSelecting(pickerRef);
  const goTo = (address: string) => {
    void navigate(address, { state: FROM_PICKER });
    onOpenSession();
  };
  return (
    <aside
      ref={pickerRef}
      aria-label="Session picker"
      className="group/picker relative flex h-full flex-col border-r border-line bg-side max-phone:border-0 max-phone:bg-page"
    >
      <header className="flex h-14 flex-none items-center gap-1 pr-3 pl-4 group-has-data-selection-bar/picker:invisible max-phone:gap-0 max-phone:pr-1">
        <h1 className="flex-1 truncate text-sm font-semibold max-phone:text-xl">
          {chosen === 'archived' ? 'Archive' : 'Sessions'}
        </h1>
        <IconButton
          label="Schedules"
          className="max-phone:[&>svg]:size-5"
          onClick={() => goTo('/schedules')}
        >
          <CalendarClock aria-hidden size={16} />
        </IconButton>
        <Button
          className="max-phone:size-11 max-phone:after:hidden max-phone:bg-transparent max-phone:px-0 max-phone:text-[0px] max-phone:inset-ring-0 max-phone:[&>svg]:size-5"
          onClick={() => goTo('/new')}
        >
          <SquarePen aria-hidden size={16} />
          New session
        </Button>
      </header>
      <SearchButton onSearch={onSearch} />
      {!isFirstRun && <ChannelFilter counts={counts} />}
      <SessionListSwitch
        filter={filter}
        selecting={selecting}
        onOpen={onOpenSession}
        renderMenu={renderMenu}
        onConnectTelegram={onConnectTelegram}
      />
      <footer className="flex h-12 flex-none items-center gap-2 border-t border-line px-2 max-phone:h-[calc(48px+max(16px,env(safe-area-inset-bottom)))] max-phone:pb-[max(16px,env(safe-area-inset-bottom))]">
        <ArchiveButton isWordShown={isOnline} />
        <p role="status" className="flex-1 text-xs text-muted max-phone:text-note">
          {!isOnline && 'Could not reach the server. Trying again.'}
        </p>
        <SettingsButton
          email={email}
          onOpenSchedules={() => goTo('/schedules')}
          onConnectTelegram={onConnectTelegram}
          onOpenData={onOpenData}
          onSelectSessions={isListEmpty ? null : () => selecting.change((before) => before)}
          onSignOut={onSignOut}
        />
      </footer>
    </aside>
  );
}

/** Shows the archive in the list's place, and leads back. */
function ArchiveButton({ isWordShown }: { isWordShown: boolean }) {
  const isShown = useChatStore((state) => state.channelFilter === 'archived');
  const setFilter = useChatStore((state) => state.setChannelFilter);
  return (
    <button
      type="button"
      aria-pressed={isShown}
      className={classNames(
        'flex h-8 flex-none items-center gap-2 rounded-box px-2 text-sm text-muted hover:bg-hover hover:text-text',
        'max-phone:h-11 max-phone:text-base',
        isShown && 'bg-selected text-text',
      )}
      onClick={() => setFilter(isShown ? 'all' : 'archived')}
    >
      <Archive aria-hidden size={16} className="flex-none" />
      <span className={classNames(!isWordShown && 'sr-only')}>
        {isShown ? 'Back to all sessions' : 'Archive'}
      </span>
    </button>
  );
}
