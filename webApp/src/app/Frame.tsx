import { type ComponentType, lazy, Suspense, useState } from 'react';
import { useLocation } from 'react-router';

import { useSessionFeed } from '@/api/hooks/useSessionFeed';
import { PickerColumn } from '@/app/PickerColumn';
import { useLoadedAhead } from '@/app/useLoadedAhead';
import { useSearchPanel } from '@/app/useSearchPanel';
import { useSigningOut } from '@/app/useSigningOut';
import type { SignedInUser } from '@/features/auth/useSignedInUser';
import { Picker } from '@/features/picker/Picker';
import type { RenderRowMenu } from '@/features/picker/rowProps';
import { SessionMenuButton } from '@/features/sessionMenu/SessionMenuButton';
import { nameSession } from '@/lib/nameSession';
import { classNames } from '@/lib/ui/classNames';
import { PHONE, useMediaQuery, WIDE } from '@/lib/useMediaQuery';

// The picker is drawn while the session's part of the app is still on its way.
const loadingPanes = import('@/app/PaneRoutes');
const PaneRoutes = lazy(async () => ({ default: (await loadingPanes).PaneRoutes }));
const OutboxSender = lazy(async () => ({
  default: (await import('@/app/OutboxSender')).OutboxSender,
}));
const ConnectTelegram = lazy(async () => ({
  default: (await import('@/features/telegram/ConnectTelegram')).ConnectTelegram,
}));
const YourData = lazy(async () => ({
  default: (await import('@/features/yourData/YourData')).YourData,
}));
const PickerDrawer = lazy(async () => ({
  default: (await import('@/app/PickerDrawer')).PickerDrawer,
}));

const renderMenu: RenderRowMenu = (session, look) => (
  <SessionMenuButton session={session} label={`Menu of ${nameSession(session)}`} {...look} />
);

/** The picker beside the session; in a drawer below 900 px; one at a time below 640 px. */
export function Frame({ user }: { user: SignedInUser }) {
  useSessionFeed(user.id);
  useLoadedAhead();
  const isWide = useMediaQuery(WIDE);
  const isPhone = useMediaQuery(PHONE);
  const isHome = useLocation().pathname === '/';
  const [isDrawerOpen, setIsDrawerOpen] = useState(false);
  const telegram = usePanel(ConnectTelegram);
  const data = usePanel(YourData);
  const signingOut = useSigningOut();
  const search = useSearchPanel({
    onOpenSession: () => setIsDrawerOpen(false),
    onConnectTelegram: telegram.open,
    onOpenData: data.open,
  });
  const picker = (
    <Picker
      email={user.email}
      onSignOut={signingOut.start}
      onConnectTelegram={telegram.open}
      onOpenData={data.open}
      onOpenSession={() => setIsDrawerOpen(false)}
      onSearch={search.open}
      renderMenu={renderMenu}
    />
  );
  return (
    <div className="relative flex h-full overflow-clip">
      {isWide && <PickerColumn>{picker}</PickerColumn>}
      {isPhone && (
        // Kept while a session is open, so that coming back finds the list where it was.
        <div className={classNames('absolute inset-0', !isHome && 'invisible')} inert={!isHome}>
          {picker}
        </div>
      )}
      {!(isPhone && isHome) && (
        <div className="relative z-10 h-full min-w-0 flex-1 bg-page">
          <Suspense>
            <PaneRoutes
              pickerAccess={isWide ? 'beside' : isPhone ? 'back' : 'drawer'}
              onOpenDrawer={() => setIsDrawerOpen(true)}
              onConnectTelegram={telegram.open}
            />
          </Suspense>
        </div>
      )}
      {!isWide && !isPhone && (
        <Suspense>
          <PickerDrawer isOpen={isDrawerOpen} onOpenChange={setIsDrawerOpen}>
            {picker}
          </PickerDrawer>
        </Suspense>
      )}
      <Suspense>
        <OutboxSender />
      </Suspense>
      {telegram.panel}
      {data.panel}
      {search.panel}
      {signingOut.question}
    </div>
  );
}

interface PanelProps {
  opener: HTMLElement | null;
  onClose: () => void;
  onOpen: (opener: HTMLElement) => void;
}

/** A panel over the page; loaded when it is first asked for, and kept from then on. */
function usePanel(Panel: ComponentType<PanelProps>) {
  const [opener, setOpener] = useState<HTMLElement | null>(null);
  const [isNeeded, setIsNeeded] = useState(false);
  const open = (pressed: HTMLElement) => {
    setIsNeeded(true);
    setOpener(pressed);
  };
  const panel = isNeeded && (
    <Suspense>
      <Panel opener={opener} onClose={() => setOpener(null)} onOpen={setOpener} />
    </Suspense>
  );
  return { open, panel };
}
