import { useMemo } from 'react';

import {
  findDraftFiles,
  moveDraftFiles,
  putBackFiles,
  returnNewSessionId,
} from '@/api/attachments/draftFiles';
import { dropOutgoing, findOutgoing, type OutgoingMessage, useOutbox } from '@/api/turns/outbox';
import { useSentElsewhere } from '@/api/turns/sentElsewhere';
import { useChatStore } from '@/stores/useChatStore';

/** What this user has written and the server does not have yet, of one session. */
export function useOutgoing(sessionId: string | null): readonly OutgoingMessage[] {
  const messages = useOutbox((outbox) => outbox.messages);
  const sent = useSentElsewhere((elsewhere) => elsewhere.messages);
  return useMemo(
    () => [...sent, ...messages].filter((message) => message.sessionId === sessionId),
    [messages, sent, sessionId],
  );
}

/** Takes a message that was not sent back into the composer, above what is written there. */
export function takeBack(clientRequestId: string, draftKey: string): void {
  const message = findOutgoing(clientRequestId);
  if (!message) return;
  const { drafts, setDraft } = useChatStore.getState();
  setDraft(draftKey, [message.content, drafts[draftKey] ?? ''].filter(Boolean).join('\n\n'));
  putBackFiles(draftKey, message.attachments ?? []);
  dropOutgoing(new Set([clientRequestId]));
}

/** Makes the draft of a session whose only message was taken back the draft of the one to come. */
export function takeBackSession(sessionId: string, newDraftKey: string): void {
  const { drafts, setDraft } = useChatStore.getState();
  const texts = [drafts[sessionId] ?? '', drafts[newDraftKey] ?? ''];
  setDraft(newDraftKey, texts.filter(Boolean).join('\n\n'));
  setDraft(sessionId, '');
  moveDraftFiles(sessionId, newDraftKey);
  if (findDraftFiles(newDraftKey).length > 0) returnNewSessionId(sessionId);
}
