import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
} from 'react';

import { type DraftFile, takeDraftFiles } from '@/api/attachments/draftFiles';
import { usePublicConfig } from '@/api/publicConfig';
import type { Attachment } from '@/api/schema';
import { AttachButton } from '@/features/session/attachments/AttachButton';
import { describeUploads } from '@/features/session/attachments/describeUploads';
import { DraftFileList } from '@/features/session/attachments/DraftFileList';
import { pastedFiles } from '@/features/session/attachments/transferredFiles';
import type { Attaching } from '@/features/session/attachments/useAttaching';
import { describeExcess, outgoingText } from '@/features/session/composer/composerText';
import { SendButton, StopButton } from '@/features/session/composer/SendButtons';
import { hasKeyboard } from '@/features/session/composer/hasKeyboard';
import { useAutoHeight } from '@/features/session/composer/useAutoHeight';
import { isComposing } from '@/lib/isComposing';
import { useChatStore } from '@/stores/useChatStore';

interface Written {
  content: string;
  /** In the order in which they stood; with one of them the text may be empty. */
  attachments: readonly Attachment[];
}

interface ComposerProps {
  /** Whose draft this is: a session's id, or the key of the one to come. */
  draftKey: string;
  placeholder: string;
  attaching: Attaching;
  onSend: (written: Written) => void;
  /** Stops the answer that is being written; null while none is. */
  onStop: (() => void) | null;
  isStopping?: boolean;
  /** A quiet line below. */
  note: ReactNode;
}

/** Where messages are written. Enter sends, Shift+Enter breaks the line; files are pasted too. */
export function Composer(props: ComposerProps) {
  const { draftKey, placeholder, attaching, onSend, onStop, isStopping = false, note } = props;
  const { draft, setDraft, excess, hold, isEmpty, canSend, take } = useWritten(
    draftKey,
    attaching.files,
  );
  const fieldRef = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();
  useAutoHeight(fieldRef, draft);
  useFocusOnArrival(fieldRef);

  const focusField = () => fieldRef.current?.focus();
  const send = () => {
    if (!canSend) return;
    onSend(take());
    focusField();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = pastedFiles(event.clipboardData, new Date());
    if (files.length === 0) return;
    event.preventDefault();
    attaching.add(files);
  };
  return (
    <div className="mx-auto w-full max-w-140">
      <form
        className="rounded-box bg-raised inset-ring inset-ring-line-strong outline-accent has-[textarea:focus]:outline-2 has-[textarea:focus]:-outline-offset-1 max-phone:flex max-phone:flex-wrap max-phone:items-end max-phone:p-1"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <DraftFileList
          attaching={attaching}
          onEmptied={focusField}
          className="px-3 pt-3 max-phone:order-1 max-phone:basis-full max-phone:p-1"
        />
        <textarea
          ref={fieldRef}
          rows={1}
          value={draft}
          aria-label="Message"
          aria-invalid={excess !== null}
          aria-describedby={(excess ?? hold) === null ? undefined : problemId}
          placeholder={placeholder}
          enterKeyHint="send"
          autoComplete="off"
          className="[unicode-bidi:plaintext] block max-h-52 w-full resize-none overflow-y-auto bg-transparent px-4 pt-3 pb-1 text-base outline-none placeholder:text-muted max-phone:order-3 max-phone:max-h-50 max-phone:w-0 max-phone:flex-1 max-phone:px-1 max-phone:pt-2.5 max-phone:pb-2.5"
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <div className="flex h-11 items-center gap-2 px-2 pb-1 max-phone:contents">
          <AttachButton
            className="mr-auto max-phone:order-2 max-phone:mr-0"
            onChoose={attaching.add}
          />
          {onStop && <StopButton isStopping={isStopping} onStop={onStop} fieldRef={fieldRef} />}
          {(!onStop || draft !== '' || !isEmpty) && <SendButton disabled={!canSend} />}
        </div>
      </form>
      <div className="flex min-h-8 items-start gap-2 pt-2 text-note text-balance text-muted max-phone:min-h-7 max-phone:px-2 max-phone:pt-1">
        <ComposerNote id={problemId} excess={excess} hold={hold} note={note} />
      </div>
    </div>
  );
}

/** What is written and attached, and whether it can be sent as it stands. */
function useWritten(draftKey: string, files: readonly DraftFile[]) {
  const draft = useChatStore(({ drafts }) => drafts[draftKey] ?? '');
  const keepDraft = useChatStore((state) => state.setDraft);
  const { message_max_bytes: maxBytes } = usePublicConfig();
  const content = outgoingText(draft);
  const excess = describeExcess(content, maxBytes);
  const hold = describeUploads(files);
  const isEmpty = content === '' && files.length === 0;
  return {
    draft,
    setDraft: (text: string) => keepDraft(draftKey, text),
    excess,
    hold,
    isEmpty,
    canSend: !isEmpty && excess === null && hold === null,
    /** Empties the draft into a message. */
    take: (): Written => {
      keepDraft(draftKey, '');
      return { content, attachments: takeDraftFiles(draftKey) };
    },
  };
}

interface ComposerNoteProps {
  id: string;
  /** The text is too long. */
  excess: string | null;
  /** Why the files hold the message back. */
  hold: string | null;
  /** Said while nothing holds it back. */
  note: ReactNode;
}

function ComposerNote({ id, excess, hold, note }: ComposerNoteProps) {
  if (excess !== null) {
    return (
      <p id={id} role="alert" className="text-failed">
        {excess}
      </p>
    );
  }
  return hold === null ? (
    note
  ) : (
    <p id={id} role="status">
      {hold}
    </p>
  );
}

/** Whoever is in one of these goes on there; a menu would close without its focus. */
const KEEPS_FOCUS = '[role="menu"], [role="dialog"], input, textarea, select';

/** Where there is a keyboard, writing can begin at once. */
function useFocusOnArrival(fieldRef: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const field = fieldRef.current;
    if (!field || !hasKeyboard()) return;
    if (document.activeElement?.closest(KEEPS_FOCUS)) return;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  }, [fieldRef]);
}
