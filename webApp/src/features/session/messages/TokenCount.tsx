import type { Message } from '@/api/schema';

const NUMBER = new Intl.NumberFormat('en');

interface TokenCountProps {
  usage: Message['usage'];
  /** It follows a full stop and has its own. */
  isSentence?: boolean;
}

/** What an answer cost at its provider; nothing where that was not counted. */
export function TokenCount({ usage, isSentence = false }: TokenCountProps) {
  if (!usage) return null;
  const { input_tokens: read, output_tokens: written, requests } = usage;
  const asked = requests > 1 ? `, in ${requests} requests` : '';
  return (
    <span title={`${NUMBER.format(read)} read, ${NUMBER.format(written)} written${asked}`}>
      {isSentence ? ' ' : ' · '}
      {NUMBER.format(read + written)} tokens{isSentence && '.'}
    </span>
  );
}
