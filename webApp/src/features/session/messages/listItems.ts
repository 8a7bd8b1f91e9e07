import type { Message } from '@/api/schema';
import type { OutgoingMessage } from '@/api/turns/outbox';

type Speaker = 'user' | 'assistant';

interface Entry {
  key: string;
  speaker: Speaker;
  /** When it was written. */
  at: string;
  /** A stored message; else it is on its way. */
  message: Message | null;
  outgoing: OutgoingMessage | null;
}

/** One row of the list. */
export interface ListItem extends Entry {
  /** True where a divider above names the day. */
  startsDay: boolean;
  above: Entry | null;
  isLast: boolean;
  /** An answer further up is written first. */
  isInLine: boolean;
}

/**
 * Messages and what is being sent after them, with the days they belong to. A message keeps its key
 * when it turns from outgoing into stored. The day of the first one is known once all are loaded.
 */
export function listItems(
  messages: readonly Message[],
  outgoing: readonly OutgoingMessage[],
  hasMoreAbove: boolean,
): ListItem[] {
  const stored = new Set(messages.map((message) => message.client_request_id));
  const waiting = outgoing.filter((message) => !stored.has(message.clientRequestId));
  const entries = [...messages.flatMap(storedEntry), ...waiting.map(outgoingEntry)];
  const current = messages.find(({ status }) => status === 'streaming');
  return entries.map((entry, index) => {
    const above = entries[index - 1] ?? null;
    const startsDay = above ? dayOf(above.at) !== dayOf(entry.at) : !hasMoreAbove;
    const isLast = index === entries.length - 1;
    const isInLine = entry.message?.status === 'streaming' && entry.message !== current;
    return { ...entry, above, startsDay, isLast, isInLine };
  });
}

/** Rows of tools and instructions are the agent's memory, not part of what is read here. */
function storedEntry(message: Message): Entry[] {
  const { role, created_at: at, content, status } = message;
  if (role !== 'user' && role !== 'assistant') return [];
  if (role === 'assistant' && content === '' && status === 'complete') return [];
  const key = (role === 'user' && message.client_request_id) || `message-${message.id}`;
  return [{ key, speaker: role, at, message, outgoing: null }];
}

function outgoingEntry(outgoing: OutgoingMessage): Entry {
  const { clientRequestId: key, createdAt: at } = outgoing;
  return { key, speaker: 'user', at, message: null, outgoing };
}

function dayOf(instant: string): string {
  return new Date(instant).toDateString();
}
