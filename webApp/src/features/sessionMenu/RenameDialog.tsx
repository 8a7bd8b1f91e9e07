import { type SubmitEvent, useEffect, useRef, useState } from 'react';

import type { Session } from '@/api/schema';
import { plainTitle } from '@/lib/plainTitle';
import { Button } from '@/lib/ui/Button';
import { Modal } from '@/lib/ui/Modal';
import { TextField } from '@/lib/ui/TextField';

const TITLE_MAX_LENGTH = 200;

interface RenameDialogProps {
  session: Session;
  /** What opened it; null while it is closed. */
  opener: HTMLElement | null;
  onClose: () => void;
  /** Gets the session as its user saw it on opening, without what other devices did meanwhile. */
  onRename: (title: string, seen: Session) => void;
}

/** Asks for a session's new title. */
export function RenameDialog({ session, opener, onClose, onRename }: RenameDialogProps) {
  return (
    <Modal title="Rename this session" opener={opener} onClose={onClose}>
      <RenameForm
        session={session}
        onRename={(title, seen) => {
          onClose();
          if (title !== seen.title) onRename(title, seen);
        }}
      />
    </Modal>
  );
}

function RenameForm({ session, onRename }: Pick<RenameDialogProps, 'session' | 'onRename'>) {
  const [opened] = useState(session);
  // One that the server had not made yet has no version to name.
  const seen = opened.version > 0 ? opened : session;
  const [text, setText] = useState(opened.title ?? '');
  const title = plainTitle(text);
  const fieldRef = useRef<HTMLInputElement>(null);
  // Before the panel would give the focus to its first button.
  useEffect(() => {
    fieldRef.current?.focus();
    fieldRef.current?.select();
  }, []);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (title !== '') onRename(title, seen);
  };
  return (
    <form className="flex flex-col gap-4" onSubmit={submit}>
      <TextField
        ref={fieldRef}
        label="Title"
        dir="auto"
        value={text}
        maxLength={TITLE_MAX_LENGTH}
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" look="accent" disabled={title === ''} className="self-end">
        Rename
      </Button>
    </form>
  );
}
