import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Location, useLocation, useNavigate } from 'react-router';

import { describeError } from '@/api/apiError';
import { messagesAroundOptions } from '@/api/messagesAround';
import type { Message } from '@/api/schema';
import { placeReadMessages } from '@/api/turns/turnCache';
import { toastError } from '@/lib/toast';

/** A message that the address names, as a search does with what it has found. */
export interface Target {
  messageId: number;
  /** Tells one visit of it from another. */
  visit: string;
}

/**
 * Where a session is read: among its newest messages, or around a message further up or on another
 * branch. As soon as what is read there meets the newest messages it becomes a part of them.
 */
export function useReading(sessionId: string, newest: readonly Message[] | undefined) {
  const { search, key: visit, state } = useLocation() as Location<unknown>;
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const messageId = Number(new URLSearchParams(search).get('message'));
  const target: Target | null = messageId > 0 ? { messageId, visit } : null;
  const isApart =
    target !== null && newest !== undefined && !newest.some(({ id }) => id === messageId);
  const around = useInfiniteQuery({
    ...messagesAroundOptions(sessionId, messageId),
    enabled: isApart,
  });

  const read = isApart ? around.data : undefined;
  useEffect(() => {
    const parentId = newest?.[0]?.parent_id;
    if (!read?.isInUse || !read.messages.some(({ id }) => id === parentId)) return;
    placeReadMessages(queryClient, sessionId, read.messages);
  }, [queryClient, sessionId, newest, read]);

  const show = (otherId: number | null) => {
    const address = { search: otherId === null ? '' : `?message=${otherId}` };
    void navigate(address, { replace: true, state });
  };
  const failure = isApart && around.isLoadingError ? around.error : null;
  useEffect(() => {
    if (!failure) return;
    toastError(`${describeError(failure)} These are the newest messages.`);
    show(null);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each failure
  }, [failure]);

  return {
    target,
    /** True while the messages around the one in question are shown in place of the newest ones. */
    isApart,
    around,
    /** Shows the newest messages. */
    leave: () => show(null),
    /** Shows another message. */
    show,
  };
}

export type Reading = ReturnType<typeof useReading>;
