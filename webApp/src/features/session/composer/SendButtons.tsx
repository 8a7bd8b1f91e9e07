import { ArrowUp, Square } from 'lucide-react';
import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';

import { hasKeyboard } from '@/features/session/composer/hasKeyboard';
import { classNames } from '@/lib/ui/classNames';

export function SendButton({ disabled }: { disabled: boolean }) {
  return (
    <RoundButton label="Send" isSubmit disabled={disabled}>
      <ArrowUp aria-hidden size={16} />
    </RoundButton>
  );
}

interface StopButtonProps {
  isStopping: boolean;
  onStop: () => void;
  /** Gets the focus of the button, which does not stay. */
  fieldRef: RefObject<HTMLElement | null>;
}

export function StopButton({ isStopping, onStop, fieldRef }: StopButtonProps) {
  const buttonRef = useRef<HTMLButtonElement>(null);
  const focusField = () => {
    if (hasKeyboard()) fieldRef.current?.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    const button = buttonRef.current;
    const field = fieldRef.current;
    // The answer has ended by itself.
    return () => {
      if (document.activeElement === button && hasKeyboard()) field?.focus({ preventScroll: true });
    };
  }, [fieldRef]);
  return (
    <RoundButton
      ref={buttonRef}
      label="Stop answering"
      disabled={isStopping}
      onClick={() => {
        onStop();
        focusField();
      }}
    >
      <Square aria-hidden size={12} fill="currentColor" strokeWidth={0} />
    </RoundButton>
  );
}

interface RoundButtonProps {
  label: string;
  isSubmit?: boolean;
  disabled: boolean;
  onClick?: () => void;
  ref?: RefObject<HTMLButtonElement | null>;
  children: ReactNode;
}

/** 32 px; on a phone the target is 44 px around a shape of 36. */
function RoundButton({ label, isSubmit = false, children, ...rest }: RoundButtonProps) {
  return (
    <button
      type={isSubmit ? 'submit' : 'button'}
      aria-label={label}
      title={label}
      className="group grid size-8 flex-none place-items-center max-phone:order-4 max-phone:size-11"
      {...rest}
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
