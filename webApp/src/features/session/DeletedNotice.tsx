import { useNavigate } from 'react-router';

import { setDraftFiles, useDraftFiles } from '@/api/attachments/draftFiles';
import { Button } from '@/lib/ui/Button';
import { NEW_SESSION_DRAFT, useChatStore } from '@/stores/useChatStore';

/** Stands in the composer's place once the session was deleted on another device. */
export function DeletedNotice({ sessionId }: { sessionId: string }) {
  const navigate = useNavigate();
  const draft = useChatStore(({ drafts }) => drafts[sessionId] ?? '');
  const hasFiles = useDraftFiles(sessionId).length > 0;
  const startNew = () => {
    moveDraft(sessionId);
    void navigate('/new', { replace: true });
  };
  return (
    <div
      role="alert"
      className="mx-auto mb-2 flex w-full max-w-140 items-center gap-4 rounded-box bg-raised p-3 pl-4 inset-ring inset-ring-line-strong"
    >
      <p className="flex-1 text-sm text-balance text-soft">
        This session was deleted on another device.
        {draft !== '' && ` What you were writing is kept${hasFiles ? ', without its files' : ''}.`}
      </p>
      <Button onClick={startNew}>{draft === '' ? 'New session' : 'Go on in a new session'}</Button>
    </div>
  );
}

/** What was being written goes on in the session to come, below what is written there. */
function moveDraft(sessionId: string): void {
  const { drafts, setDraft } = useChatStore.getState();
  const texts = [drafts[NEW_SESSION_DRAFT], drafts[sessionId]];
  setDraft(NEW_SESSION_DRAFT, texts.filter(Boolean).join('\n\n'));
  setDraft(sessionId, '');
  // Files belong to their session, and went with it.
  setDraftFiles(sessionId, () => []);
}
