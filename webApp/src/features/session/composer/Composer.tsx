import { ArrowUp, Square } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useId,
  useRef,
} from 'react';

import { usePublicConfig } from '@/api/publicConfig';
import { describeExcess, outgoingText } from '@/features/session/composer/composerText';
import { isComposing } from '@/features/session/composer/isComposing';
import { useAutoHeight } from '@/features/session/composer/useAutoHeight';
import { classNames } from '@/lib/ui/classNames';
import { useChatStore } from '@/stores/useChatStore';

interface ComposerProps {
  /** Whose draft this is: a session's id, or the key of the one to come. */
  draftKey: string;
  placeholder: string;
  onSend: (content: string) => void;
  /** Stops the answer that is being written; null while none is. */
  onStop: (() => void) | null;
  isStopping?: boolean;
  /** A quiet line below. */
  note: ReactNode;
}

/** Where messages are written. Enter sends, Shift+Enter breaks the line. */
export function Composer(props: ComposerProps) {
  const { draftKey, placeholder, onSend, onStop, isStopping = false, note } = props;
  const draft = useChatStore(({ drafts }) => drafts[draftKey] ?? '');
  const setDraft = useChatStore((state) => state.setDraft);
  const { message_max_bytes: maxBytes } = usePublicConfig();
  const fieldRef = useRef<HTMLTextAreaElement>(null);
  const excessId = useId();
  useAutoHeight(fieldRef, draft);
  useFocusOnArrival(fieldRef);

  const content = outgoingText(draft);
  const excess = describeExcess(content, maxBytes);
  const canSend = content !== '' && excess === null;
  const send = () => {
    if (!canSend) return;
    setDraft(draftKey, '');
    onSend(content);
    fieldRef.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="mx-auto w-full max-w-140">
      <form
        className="rounded-box bg-raised inset-ring inset-ring-line-strong outline-accent has-[textarea:focus]:outline-2 has-[textarea:focus]:-outline-offset-1 max-phone:flex max-phone:items-end max-phone:p-1"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <textarea
          ref={fieldRef}
          rows={1}
          value={draft}
          aria-label="Message"
          aria-invalid={excess !== null}
          aria-describedby={excess === null ? undefined : excessId}
          placeholder={placeholder}
          enterKeyHint="send"
          autoComplete="off"
          className="block max-h-52 w-full resize-none overflow-y-auto bg-transparent px-4 pt-3 pb-1 text-base outline-none placeholder:text-muted max-phone:max-h-50 max-phone:px-3 max-phone:pt-2.5 max-phone:pb-2.5"
          onChange={(event) => setDraft(draftKey, event.target.value)}
          onKeyDown={onKeyDown}
        />
        <div className="flex h-11 items-center justify-end gap-2 px-2 pb-1 max-phone:gap-0 max-phone:p-0">
          {onStop && (
            <RoundButton label="Stop answering" disabled={isStopping} onClick={onStop}>
              <Square aria-hidden size={12} fill="currentColor" strokeWidth={0} />
            </RoundButton>
          )}
          {(!onStop || draft !== '') && (
            <RoundButton label="Send" isSubmit disabled={!canSend}>
              <ArrowUp aria-hidden size={16} />
            </RoundButton>
          )}
        </div>
      </form>
      <div className="flex min-h-8 items-start gap-2 pt-2 text-note text-balance text-muted max-phone:min-h-7 max-phone:px-2 max-phone:pt-1">
        {excess === null ? (
          note
        ) : (
          <p id={excessId} role="alert" className="text-failed">
            {excess}
          </p>
        )}
      </div>
    </div>
  );
}

interface RoundButtonProps {
  label: string;
  isSubmit?: boolean;
  disabled: boolean;
  onClick?: () => void;
  children: ReactNode;
}

/** 32 px; on a phone the target is 44 px around a shape of 36. */
function RoundButton({ label, isSubmit = false, disabled, onClick, children }: RoundButtonProps) {
  return (
    <button
      type={isSubmit ? 'submit' : 'button'}
      aria-label={label}
      title={label}
      disabled={disabled}
      className="group grid size-8 flex-none place-items-center max-phone:size-11"
      onClick={onClick}
    >
      <span
        className={classNames(
          'grid size-8 place-items-center rounded-box max-phone:size-9',
          isSubmit
            ? 'bg-accent text-on-accent group-hover:opacity-90 group-disabled:bg-selected group-disabled:text-icon-small group-disabled:opacity-100'
            : 'bg-selected text-text group-hover:bg-line group-disabled:text-icon-small',
        )}
      >
        {children}
      </span>
    </button>
  );
}

/** Whoever is in one of these goes on there; a menu would close without its focus. */
const KEEPS_FOCUS = '[role="menu"], [role="dialog"], input, textarea, select';

/** Where there is a keyboard, writing can begin at once; on a touch screen one would spring up. */
function useFocusOnArrival(fieldRef: RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    const field = fieldRef.current;
    if (!field || !window.matchMedia('(hover: hover) and (pointer: fine)').matches) return;
    if (document.activeElement?.closest(KEEPS_FOCUS)) return;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  }, [fieldRef]);
}
