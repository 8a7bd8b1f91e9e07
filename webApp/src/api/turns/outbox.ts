import { create } from 'zustand';
import { persist } from 'zustand/middleware';

import type { Attachment } from '@/api/schema';
import type { SessionChange } from '@/api/sessionChanges';
import { newId } from '@/lib/newId';
import { roomyStorage } from '@/lib/roomyStorage';

/** A message of the user that the server has not answered for yet. */
export interface OutgoingMessage {
  clientRequestId: string;
  sessionId: string;
  content: string;
  /** Uploaded files that go with it; missing for none. */
  attachments?: readonly Attachment[];
  createdAt: string;
  /** The newest message that was shown when it was written; null for none. */
  parentId: number | null;
  /** The request id of a message that must be sent before it; null for none. */
  followsRequestId: string | null;
  /** The session must be made first. */
  startsSession: boolean;
  /** What its user has changed about that session; made as soon as it is. */
  startChange?: SessionChange;
  /** Who is to answer in that session; missing where nobody was chosen. */
  agentName?: string;
  /** Why it did not go out, as a sentence; null while it waits. */
  problem: string | null;
  /** It was refused because its session is no more. */
  isSessionGone?: boolean;
  /** The server was out of reach when it was to be sent, or what goes out before it. */
  isDelayed?: boolean;
  /** The server has it; it is shown from here until its turn is. */
  isSent?: boolean;
}

interface Outbox {
  /** Whose messages these are. */
  ownerId: string | null;
  /** In the order of writing. */
  messages: readonly OutgoingMessage[];
}

const STORAGE_KEY = 'chat-registry-outbox';
const EMPTY: Outbox = { ownerId: null, messages: [] };

/** Survives a reload: what was written is not lost before the server has it. */
export const useOutbox = create<Outbox>()(
  persist(() => EMPTY, { name: STORAGE_KEY, version: 1, storage: roomyStorage() }),
);

type GoneListener = (gone: readonly OutgoingMessage[]) => void;

let onGone: GoneListener = () => undefined;

/** Every tab works on what all of them have written. */
function readStored(): void {
  const { ownerId, messages: known } = useOutbox.getState();
  void useOutbox.persist.rehydrate();
  const stored = useOutbox.getState();
  const ids = new Set(stored.messages.map(({ clientRequestId }) => clientRequestId));
  const gone = known.filter(({ clientRequestId }) => !ids.has(clientRequestId));
  if (gone.length > 0 && stored.ownerId === ownerId) onGone(gone);
}

function change(update: (outbox: Outbox) => Partial<Outbox>): void {
  readStored();
  useOutbox.setState(update);
}

interface OutboxWatcher {
  /** Another tab has written. */
  onChanged: () => void;
  /** Another tab has sent messages, or taken them back. */
  onGone: GoneListener;
}

/** Watches what other tabs do, one watcher at a time; returns what ends it. */
export function watchOutbox(watcher: OutboxWatcher): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key !== STORAGE_KEY) return;
    readStored();
    watcher.onChanged();
  };
  onGone = watcher.onGone;
  window.addEventListener('storage', onStorage);
  return () => {
    onGone = () => undefined;
    window.removeEventListener('storage', onStorage);
  };
}

export function findOutgoing(clientRequestId: string): OutgoingMessage | undefined {
  return useOutbox
    .getState()
    .messages.find((message) => message.clientRequestId === clientRequestId);
}

/** The message of a session that is to be sent next; what was refused waits for its user. */
export function findWaiting(sessionId: string): OutgoingMessage | undefined {
  readStored();
  return useOutbox
    .getState()
    .messages.find((message) => message.sessionId === sessionId && isWaiting(message));
}

/** The messages of a session, whichever tab they were written in. */
export function outgoingOf(sessionId: string): readonly OutgoingMessage[] {
  readStored();
  return useOutbox.getState().messages.filter((message) => message.sessionId === sessionId);
}

/** True while the server does not have the session. */
export function isStarting(sessionId: string): boolean {
  return outgoingOf(sessionId).some(({ startsSession }) => startsSession);
}

export function isWaiting({ problem, isSent = false }: OutgoingMessage): boolean {
  return problem === null && !isSent;
}

type WrittenMessage = Pick<
  OutgoingMessage,
  'sessionId' | 'content' | 'attachments' | 'parentId' | 'startsSession' | 'agentName'
>;

/** Keeps what has just been written until the server has it; returns its request id. */
export function addOutgoing(written: WrittenMessage): string {
  const clientRequestId = newId();
  change(({ messages }) => {
    const before = messages.findLast(({ sessionId }) => sessionId === written.sessionId);
    const message: OutgoingMessage = {
      ...written,
      clientRequestId,
      createdAt: new Date().toISOString(),
      followsRequestId: before?.clientRequestId ?? null,
      problem: null,
      ...(before?.startChange && { startChange: before.startChange }),
      ...(before?.isDelayed && isWaiting(before) && { isDelayed: true }),
    };
    return { messages: [...messages, message] };
  });
  return clientRequestId;
}

export function patchOutgoing(clientRequestId: string, patch: Partial<OutgoingMessage>): void {
  change(({ messages }) => ({
    messages: messages.map((message) =>
      message.clientRequestId === clientRequestId ? { ...message, ...patch } : message,
    ),
  }));
}

/** The server is out of reach for all that waits in a session. */
export function delayWaiting(sessionId: string): void {
  patchSession(sessionId, (message) =>
    isWaiting(message) ? { ...message, isDelayed: true } : message,
  );
}

/** Changes a session that the server does not have yet. */
export function changeStarting(sessionId: string, made: SessionChange): void {
  patchSession(sessionId, (message) => ({
    ...message,
    startChange: { ...message.startChange, ...made },
  }));
}

/** The server has the session, and its changes are on their way. */
export function markStarted(sessionId: string): void {
  patchSession(sessionId, ({ startChange: _, ...message }) => ({
    ...message,
    startsSession: false,
  }));
}

function patchSession(
  sessionId: string,
  patch: (message: OutgoingMessage) => OutgoingMessage,
): void {
  change(({ messages }) => ({
    messages: messages.map((message) =>
      message.sessionId === sessionId ? patch(message) : message,
    ),
  }));
}

/** A message has been sent: the one written after it follows its answer. */
export function placeBelowAnswer(sentRequestId: string, answerId: number): void {
  change(({ messages }) => ({
    messages: messages.map((message) => {
      if (message.clientRequestId === sentRequestId) return { ...message, isSent: true };
      return message.followsRequestId === sentRequestId
        ? { ...message, parentId: answerId, followsRequestId: null }
        : message;
    }),
  }));
}

/** Takes messages out: the server has them, or the user took them back. */
export function dropOutgoing(clientRequestIds: ReadonlySet<string | null>): void {
  const isOther = (message: OutgoingMessage) => !clientRequestIds.has(message.clientRequestId);
  if (useOutbox.getState().messages.every(isOther)) return;
  change(({ messages }) => ({ messages: messages.filter(isOther) }));
}

/** Takes out everything that was written into a session which is no more. */
export function dropOutgoingOf(sessionId: string): void {
  dropOutgoing(new Set(outgoingOf(sessionId).map(({ clientRequestId }) => clientRequestId)));
}

/** Another user's arrival drops what the one before has left; what was sent in an earlier visit goes. */
export function claimOutbox(userId: string): void {
  change(({ ownerId, messages }) => ({
    ownerId: userId,
    messages: ownerId === userId ? messages.filter(({ isSent = false }) => !isSent) : [],
  }));
}

export function forgetOutbox(): void {
  useOutbox.setState(EMPTY);
}
