interface ListMessageProps {
  sentence: string;
  action: string;
  onAction: (button: HTMLElement) => void;
}

/** One sentence and one action in the place of rows. */
export function ListMessage({ sentence, action, onAction }: ListMessageProps) {
  return (
    <div className="p-4 text-xs text-muted max-phone:text-note">
      <p role="status">{sentence}</p>
      <button
        type="button"
        className="relative mt-2 h-6 rounded-tiny font-semibold text-accent max-phone:after:absolute max-phone:after:-inset-2.5"
        onClick={(event) => onAction(event.currentTarget)}
      >
        {action}
      </button>
    </div>
  );
}
