import { Paperclip } from 'lucide-react';
import { useRef } from 'react';

import { IconButton } from '@/lib/ui/IconButton';

interface AttachButtonProps {
  onChoose: (files: readonly File[]) => void;
  className?: string;
}

/** The paper clip: opens the system's own dialog for files. */
export function AttachButton({ onChoose, className }: AttachButtonProps) {
  const inputRef = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        label="Attach files"
        className={className}
        onClick={() => inputRef.current?.click()}
      >
        <Paperclip aria-hidden size={16} />
      </IconButton>
      <input
        ref={inputRef}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={({ currentTarget }) => {
          onChoose(Array.from(currentTarget.files ?? []));
          // The same file chosen again is a change only from none.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
