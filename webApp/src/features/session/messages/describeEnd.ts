import type { Message } from '@/api/schema';
import { formatClock } from '@/lib/time';

interface End {
  sentence: string;
  /** Said where there is room for it. */
  detail: string | null;
}

/** How an answer ended when it did not end well; null for one that is complete or goes on. */
export function describeEnd(message: Message): End | null {
  const at = formatClock(new Date(message.updated_at));
  const detail = message.content === '' ? null : 'What had arrived is kept.';
  switch (message.status) {
    case 'interrupted':
      return { sentence: `Interrupted at ${at}.`, detail };
    case 'cancelled':
      return { sentence: `Stopped at ${at}.`, detail: null };
    case 'failed':
      return { sentence: message.failure_reason ?? 'The answer could not be written.', detail };
    default:
      return null;
  }
}
