import { Route, Routes, useParams } from 'react-router';

import { useChatSession } from '@/api/hooks/useChatHistoryHooks';
import { DemoModelNotice } from '@/app/DemoModelNotice';
import { ErrorBoundary } from '@/app/ErrorBoundary';
import { HeadStart, type HeadStartProps } from '@/app/HeadStart';
import { NotFoundPane } from '@/app/NotFoundPane';
import { NewSessionPane } from '@/features/session/NewSessionPane';
import { SessionPane } from '@/features/session/SessionPane';
import { TelegramNote } from '@/features/telegram/TelegramNote';
import { nameSession } from '@/lib/nameSession';
import { useDocumentTitle } from '@/lib/useDocumentTitle';

/** What stands in the main pane at each address. */
export function PaneRoutes(headStart: HeadStartProps) {
  return (
    <Routes>
      <Route path="/" element={<NewSessionRoute {...headStart} />} />
      <Route path="/new" element={<NewSessionRoute {...headStart} />} />
      <Route path="/sessions/:sessionId" element={<SessionRoute {...headStart} />} />
      <Route path="*" element={<NotFoundPane />} />
    </Routes>
  );
}

function NewSessionRoute(headStart: HeadStartProps) {
  useDocumentTitle(null);
  return (
    <ErrorBoundary>
      <NewSessionPane headStart={<HeadStart {...headStart} />} notice={<DemoModelNotice />} />
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
        notice={
          <TelegramNote receiver={session?.receiver ?? null} otherwise={<DemoModelNotice />} />
        }
      />
    </ErrorBoundary>
  );
}
