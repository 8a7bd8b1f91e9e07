import { create } from 'zustand';
import { persist } from 'zustand/middleware';

import type { Attachment } from '@/api/schema';
import { newId } from '@/lib/newId';

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
  /** Who is to answer in that session; missing where nobody was chosen. */
  agentName?: string;
  /** Why it did not go out, as a sentence; null while it waits. */
  problem: string | null;
}

interface Outbox {
  /** Whose messages these are. */
  ownerId: string | null;
  /** In the order of writing. */
  messages: readonly OutgoingMessage[];
}

const EMPTY: Outbox = { ownerId: null, messages: [] };

/** Survives a reload: what was written is not lost before the server has it. */
export const useOutbox = create<Outbox>()(
  persist(() => EMPTY, { name: 'chat-registry-outbox', version: 1 }),
);

export function findOutgoing(clientRequestId: string): OutgoingMessage | undefined {
  return useOutbox
    .getState()
    .messages.find((message) => message.clientRequestId === clientRequestId);
}

type WrittenMessage = Pick<
  OutgoingMessage,
  'sessionId' | 'content' | 'attachments' | 'parentId' | 'startsSession' | 'agentName'
>;

/** Keeps what has just been written until the server has it; returns its request id. */
export function addOutgoing(written: WrittenMessage): string {
  const clientRequestId = newId();
  useOutbox.setState(({ messages }) => {
    const before = messages.findLast(({ sessionId }) => sessionId === written.sessionId);
    const message: OutgoingMessage = {
      ...written,
      clientRequestId,
      createdAt: new Date().toISOString(),
      followsRequestId: before?.clientRequestId ?? null,
      problem: null,
    };
    return { messages: [...messages, message] };
  });
  return clientRequestId;
}

export function patchOutgoing(clientRequestId: string, patch: Partial<OutgoingMessage>): void {
  useOutbox.setState(({ messages }) => ({
    messages: messages.map((message) =>
      message.clientRequestId === clientRequestId ? { ...message, ...patch } : message,
    ),
  }));
}

/** A message has been sent: the one written after it follows its answer. */
export function placeBelowAnswer(sentRequestId: string, answerId: number): void {
  useOutbox.setState(({ messages }) => ({
    messages: messages.map((message) =>
      message.followsRequestId === sentRequestId
        ? { ...message, parentId: answerId, followsRequestId: null }
        : message,
    ),
  }));
}

/** Takes messages out: the server has them, or the user took them back. */
export function dropOutgoing(clientRequestIds: ReadonlySet<string | null>): void {
  const { messages } = useOutbox.getState();
  const rest = messages.filter((message) => !clientRequestIds.has(message.clientRequestId));
  if (rest.length < messages.length) useOutbox.setState({ messages: rest });
}

/** Another user's arrival drops what the one before has left. */
export function claimOutbox(userId: string): void {
  if (useOutbox.getState().ownerId !== userId) {
    useOutbox.setState({ ownerId: userId, messages: [] });
  }
}

export function forgetOutbox(): void {
  useOutbox.setState(EMPTY);
}
