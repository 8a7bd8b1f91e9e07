import { useEffect } from 'react';
import { useMatch, useNavigate } from 'react-router';

import { dropOutgoing, type OutgoingMessage, useOutbox } from '@/api/turns/outbox';
import { FROM_PICKER } from '@/lib/fromPicker';
import { toastAction } from '@/lib/toast';
import { NEW_SESSION_DRAFT, useChatStore } from '@/stores/useChatStore';

/** One word for all of them, which are refused one after the other. */
const TOAST_ID = 'orphaned messages';

/**
 * Keeps for a new session what was written into one that had been deleted elsewhere before it could
 * go out: unless that one is open, nothing leads to it any more.
 */
export function useOrphanedMessages(): void {
  const openId = useMatch('/sessions/:sessionId')?.params.sessionId;
  const navigate = useNavigate();
  const messages = useOutbox((outbox) => outbox.messages);
  const userId = useChatStore((state) => state.draftsOwnerId);
  useEffect(() => {
    // As they are by now: another tab, or this effect before, may have kept them.
    const { ownerId, messages: known } = useOutbox.getState();
    // Somebody else's are about to be dropped.
    if (ownerId !== userId) return;
    const orphaned = known.filter((message) => isOrphaned(message) && message.sessionId !== openId);
    if (orphaned.length === 0) return;
    keepForNewSession(orphaned);
    const show = () => void navigate('/new', { state: FROM_PICKER });
    toastAction(describeKept(orphaned), { label: 'Show', onAction: show }, TOAST_ID);
  }, [messages, openId, userId, navigate]);
}

function isOrphaned({ isSessionGone = false, problem }: OutgoingMessage): boolean {
  return isSessionGone && problem !== null;
}

/** Below what is written there. Files belong to their session, and went with it. */
function keepForNewSession(orphaned: readonly OutgoingMessage[]): void {
  const { drafts, setDraft } = useChatStore.getState();
  const texts = [drafts[NEW_SESSION_DRAFT], ...orphaned.map(({ content }) => content)];
  setDraft(NEW_SESSION_DRAFT, texts.filter(Boolean).join('\n\n'));
  dropOutgoing(new Set(orphaned.map(({ clientRequestId }) => clientRequestId)));
}

function describeKept(orphaned: readonly OutgoingMessage[]): string {
  const hasFiles = orphaned.some(({ attachments = [] }) => attachments.length > 0);
  const kept = `What you wrote into it is kept${hasFiles ? ', without its files' : ''}.`;
  return `A session was deleted on another device. ${kept}`;
}
