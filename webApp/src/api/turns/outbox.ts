import { create } from 'zustand';
import { persist } from 'zustand/middleware';

/** A message of the user that the server has not answered for yet. */
export interface OutgoingMessage {
  clientRequestId: string;
  sessionId: string;
  content: string;
  createdAt: string;
  /** The session must be made first. */
  startsSession: boolean;
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

export function addOutgoing(message: OutgoingMessage): void {
  useOutbox.setState(({ messages }) => ({ messages: [...messages, message] }));
}

export function patchOutgoing(clientRequestId: string, patch: Partial<OutgoingMessage>): void {
  useOutbox.setState(({ messages }) => ({
    messages: messages.map((message) =>
      message.clientRequestId === clientRequestId ? { ...message, ...patch } : message,
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
