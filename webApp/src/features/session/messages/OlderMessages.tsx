interface OlderMessagesProps {
  isLoading: boolean;
  hasFailed: boolean;
  onRetry: () => void;
}

/** Stands above the first message while older ones are on their way. */
export function OlderMessages({ isLoading, hasFailed, onRetry }: OlderMessagesProps) {
  if (isLoading) return <span className="animate-appear-late">Loading earlier messages</span>;
  if (!hasFailed) return null;
  return (
    <span>
      Could not load earlier messages.{' '}
      <button type="button" className="font-semibold text-accent" onClick={onRetry}>
        Try again
      </button>
    </span>
  );
}
