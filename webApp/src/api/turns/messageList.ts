import type { Message, MessagePage } from '@/api/schema';

/** The page of a session without messages. */
export const NO_MESSAGES: MessagePage = { messages: [], has_more: false, next_before_id: null };

/**
 * Lays a freshly read newest page over what is loaded. The fresh page decides which branch is shown;
 * loaded messages above it stay as far as they are its ancestors.
 */
export function mergeNewestMessages(loaded: MessagePage, fresh: MessagePage): MessagePage {
  const known = new Map(loaded.messages.map((message) => [message.id, message]));
  const newest = fresh.messages.map((message) => newerOf(known.get(message.id), message));
  const above: Message[] = [];
  let parentId = newest[0]?.parent_id ?? null;
  while (parentId !== null) {
    const parent = known.get(parentId);
    if (!parent) break;
    above.push(parent);
    parentId = parent.parent_id;
  }
  return asPage([...above.toReversed(), ...newest]);
}

/**
 * Adds the messages of a turn that has begun, each below its parent: where that is not the newest
 * message, the list goes over to the new branch. What has no place in the list is left out.
 */
export function mergeTurn(loaded: MessagePage, messages: readonly Message[]): MessagePage {
  let merged = updateMessages(loaded, messages).messages;
  for (const message of messages) {
    if (merged.some(({ id }) => id === message.id)) continue;
    const parentIndex = merged.findIndex(({ id }) => id === message.parent_id);
    if (parentIndex === -1 && message.parent_id !== null) continue;
    merged = [...merged.slice(0, parentIndex + 1), message];
  }
  return asPage(merged);
}

/** Brings messages up to date where they are loaded; others stand on a branch that is not shown. */
export function updateMessages(loaded: MessagePage, messages: readonly Message[]): MessagePage {
  const fresh = new Map(messages.map((message) => [message.id, message]));
  const updated = loaded.messages.map((known) => {
    const message = fresh.get(known.id);
    return message ? newerOf(known, message) : known;
  });
  return asPage(updated);
}

/** Puts the page above `beforeId` in front, unless another branch is shown by now. */
export function mergeMessagesAbove(
  loaded: MessagePage,
  beforeId: number,
  page: MessagePage,
): MessagePage {
  if (loaded.messages[0]?.id !== beforeId) return loaded;
  return { ...page, messages: [...page.messages, ...loaded.messages] };
}

/** An answer that has ended stays so: a page read before that arrives late at times. */
function newerOf(known: Message | undefined, fresh: Message): Message {
  return known && known.status !== 'streaming' && fresh.status === 'streaming' ? known : fresh;
}

function asPage(messages: Message[]): MessagePage {
  const oldest = messages[0];
  const hasMore = oldest !== undefined && oldest.parent_id !== null;
  return { messages, has_more: hasMore, next_before_id: hasMore ? oldest.id : null };
}
