import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';

import { copyText } from '@/features/session/messages/copyText';
import { toastError } from '@/lib/toast';
import { classNames } from '@/lib/ui/classNames';

const CONFIRMED_MS = 2_000;

const LOOKS = {
  icon: 'size-6 justify-center max-phone:-my-2.5 max-phone:size-11',
  words: 'h-7 gap-1.5 px-2 text-note max-phone:h-11',
};

interface CopyButtonProps {
  look: keyof typeof LOOKS;
  text: () => string;
}

/** Copies a text and says so for two seconds in its own place. */
export function CopyButton({ look, text }: CopyButtonProps) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), CONFIRMED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    const hasWorked = await copyText(text());
    setIsCopied(hasWorked);
    if (!hasWorked) toastError('Your browser did not allow copying.');
  };
  const label = isCopied ? 'Copied' : 'Copy';
  const Icon = isCopied ? Check : Copy;
  return (
    <button
      type="button"
      aria-label={look === 'icon' ? label : undefined}
      title={look === 'icon' ? label : undefined}
      className={classNames(
        'relative inline-flex flex-none items-center rounded-inset text-icon after:absolute hover:bg-hover hover:text-text',
        LOOKS[look],
      )}
      onClick={() => void copy()}
    >
      <Icon aria-hidden size={14} />
      {look === 'words' && label}
    </button>
  );
}
