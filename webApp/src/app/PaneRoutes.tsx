import { lazy, Suspense } from 'react';
import { Route, Routes, useParams } from 'react-router';

import { useChatSession } from '@/api/hooks/useChatHistoryHooks';
import { DemoModelNotice } from '@/app/DemoModelNotice';
import { ErrorBoundary } from '@/app/ErrorBoundary';
import { HeadStart, type HeadStartProps } from '@/app/HeadStart';
import { NotFoundPane } from '@/app/NotFoundPane';
import { RunOrigin } from '@/features/schedules/RunOrigin';
import { NewSessionPane } from '@/features/session/NewSessionPane';
import { OfflineNote } from '@/features/session/OfflineNote';
import { SessionPane } from '@/features/session/SessionPane';
import { SessionMenuButton } from '@/features/sessionMenu/SessionMenuButton';
import { TelegramNote } from '@/features/telegram/TelegramNote';
import { nameSession } from '@/lib/nameSession';
import { useDocumentTitle } from '@/lib/useDocumentTitle';

const SchedulesPlace = lazy(async () => ({
  default: (await import('@/features/schedules/SchedulesPlace')).SchedulesPlace,
}));

interface PaneRoutesProps extends HeadStartProps {
  /** Given what was pressed, which gets the focus back. */
  onConnectTelegram: (opener: HTMLElement) => void;
}

/** What stands in the main pane at each address. */
export function PaneRoutes({ onConnectTelegram, ...headStart }: PaneRoutesProps) {
  return (
    <Routes>
      <Route path="/" element={<NewSessionRoute {...headStart} />} />
      <Route path="/new" element={<NewSessionRoute {...headStart} />} />
      <Route path="/sessions/:sessionId" element={<SessionRoute {...headStart} />} />
      <Route
        path="/schedules/*"
        element={
          <ErrorBoundary>
            <Suspense>
              <SchedulesPlace
                headStart={<HeadStart {...headStart} />}
                isPhone={headStart.pickerAccess === 'back'}
                onConnectTelegram={onConnectTelegram}
              />
            </Suspense>
          </ErrorBoundary>
        }
      />
      <Route path="*" element={<NotFoundPane />} />
    </Routes>
  );
}

function NewSessionRoute(headStart: HeadStartProps) {
  useDocumentTitle(null);
  return (
    <ErrorBoundary>
      <NewSessionPane
        headStart={<HeadStart {...headStart} />}
        notice={<OfflineNote otherwise={<DemoModelNotice />} />}
      />
    </ErrorBoundary>
  );
}

function SessionRoute(headStart: HeadStartProps) {
  const { sessionId = '' } = useParams();
  const { data: session } = useChatSession(sessionId);
  useDocumentTitle(session ? nameSession(session) : null);
  return (
    <ErrorBoundary key={sessionId}>
      <SessionPane
        sessionId={sessionId}
        headStart={<HeadStart {...headStart} />}
        origin={session?.schedule_id ? <RunOrigin scheduleId={session.schedule_id} /> : null}
        menu={session && <SessionMenuButton session={session} label="Session menu" />}
        notice={
          <TelegramNote receiver={session?.receiver ?? null} otherwise={<DemoModelNotice />} />
        }
      />
    </ErrorBoundary>
  );
}
