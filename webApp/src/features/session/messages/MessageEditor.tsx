import { useQueryClient } from '@tanstack/react-query';
import {
  type KeyboardEvent,
  type RefObject,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';

import { usePublicConfig } from '@/api/publicConfig';
import { asDraftFile } from '@/api/attachments/draftFiles';
import type { Attachment, Message } from '@/api/schema';
import { describeSendError } from '@/api/turns/describeSendError';
import { findStreamingBelow } from '@/api/turns/turnCache';
import { useTurnRunner } from '@/api/turns/useTurnRunner';
import { DraftFileList } from '@/features/session/attachments/DraftFileList';
import { describeExcess, outgoingText } from '@/features/session/composer/composerText';
import { isComposing } from '@/lib/isComposing';
import { useAutoHeight } from '@/features/session/composer/useAutoHeight';
import {
  claimEditRequestId,
  editDraftKey,
  removeFromEdit,
  stopEditing,
  useEditing,
} from '@/features/session/messages/editing';
import { LeaveReading } from '@/features/session/messages/leaveReading';
import { Button } from '@/lib/ui/Button';
import { useChatStore } from '@/stores/useChatStore';

interface MessageEditorProps {
  message: Message;
  /** The version of it that comes back when the editor goes. */
  shownId: number;
}

/** A message of the user while it is edited. Enter sends, Escape goes back; the words are kept. */
export function MessageEditor({ message, shownId }: MessageEditorProps) {
  const { typed, type, attachments } = useEditDraft(message);
  const { message_max_bytes: maxBytes } = usePublicConfig();
  const { problem, isSending, send } = useEditSender(message);
  const fieldRef = useRef<HTMLTextAreaElement>(null);
  const noteId = useId();
  useAutoHeight(fieldRef, typed);
  useFocusAtEnd(fieldRef);

  const content = outgoingText(typed);
  const excess = describeExcess(content, maxBytes);
  const isEmpty = content === '' && attachments.length === 0;
  const isSame = content === message.content && attachments.length === message.attachments.length;
  const canSend = !isEmpty && !isSame && excess === null && !isSending;
  const submit = () => {
    if (canSend) void send({ content, attachments });
  };
  const goBack = () => {
    stopEditing();
    // The message comes back in this place; the keyboard goes on at the button that led here.
    requestAnimationFrame(() => {
      document.querySelector<HTMLElement>(`[data-edits="${shownId}"]`)?.focus();
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === 'Escape') goBack();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      aria-label="Edit your message"
      className="rounded-box bg-accent-soft p-1 inset-ring inset-ring-line-strong outline-accent has-[textarea:focus]:outline-2 has-[textarea:focus]:-outline-offset-1"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <DraftFileList
        attaching={{
          files: attachments.map(asDraftFile),
          remove: ({ key }) => removeFromEdit(key),
        }}
        onEmptied={() => fieldRef.current?.focus()}
        className="p-2"
      />
      <textarea
        ref={fieldRef}
        rows={1}
        dir="auto"
        value={typed}
        readOnly={isSending}
        aria-label="Edited message"
        aria-describedby={noteId}
        aria-invalid={excess !== null}
        enterKeyHint="send"
        autoComplete="off"
        className="block max-h-100 w-full resize-none overflow-y-auto bg-transparent px-3 pt-2 pb-1 text-base outline-none"
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap items-center justify-end gap-2 p-1 pl-3">
        <p
          id={noteId}
          role={(excess ?? problem) ? 'alert' : undefined}
          className="flex-1 text-note text-muted max-phone:basis-full"
        >
          {excess ?? problem ?? 'The version before is kept, with its answer.'}
        </p>
        <Button onClick={goBack}>Cancel</Button>
        <Button type="submit" look="accent" disabled={!canSend}>
          {isSending ? 'Sending' : 'Send'}
        </Button>
      </div>
    </form>
  );
}

/** What is typed, kept like any draft, and the files that are left; what is there already is none. */
function useEditDraft({ id, content, attachments: known }: Message) {
  const key = editDraftKey(id);
  const [typed, setTyped] = useState(() => useChatStore.getState().drafts[key] ?? content);
  const type = (text: string) => {
    setTyped(text);
    useChatStore.getState().setDraft(key, text === content ? '' : text);
  };
  const removedIds = useEditing((state) => state.removedIds);
  const attachments = known.filter((attachment) => !removedIds.includes(attachment.id));
  return { typed, type, attachments };
}

interface Edit {
  content: string;
  attachments: readonly Attachment[];
}

function useEditSender(message: Message) {
  const runner = useTurnRunner();
  const queryClient = useQueryClient();
  const leaveReading = useContext(LeaveReading);
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setIsSending] = useState(false);
  const send = async ({ content, attachments }: Edit) => {
    const attachmentIds = attachments.map(({ id }) => id);
    const clientRequestId = claimEditRequestId(JSON.stringify([content, attachmentIds]));
    const { id: messageId, session_id: sessionId } = message;
    setProblem(null);
    setIsSending(true);
    try {
      // What is still being written to the words before answers them no more.
      await Promise.allSettled(
        findStreamingBelow(queryClient, message).map((id) => runner.stop(sessionId, id)),
      );
      const files = attachments.length < message.attachments.length && { attachmentIds };
      await runner.edit({ sessionId, messageId, content, clientRequestId, ...files });
      useChatStore.getState().setDraft(editDraftKey(messageId), '');
      stopEditing();
      leaveReading(null);
    } catch (error) {
      setProblem(`${describeSendError(error)} Your words are kept.`);
    } finally {
      setIsSending(false);
    }
  };
  return { problem, isSending, send };
}

function useFocusAtEnd(fieldRef: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const field = fieldRef.current;
    if (!field) return;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  }, [fieldRef]);
}
