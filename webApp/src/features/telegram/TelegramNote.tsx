import { Send } from 'lucide-react';
import type { ReactNode } from 'react';

import { useTelegramLinks } from '@/api/hooks/useTelegramHooks';

/** Says under the composer that what is written goes to Telegram too; else the other note. */
export function TelegramNote({ otherwise }: { otherwise: ReactNode }) {
  const { data, isPending } = useTelegramLinks();
  if (isPending) return null;
  const goesThere = data?.is_configured && data.links.some(({ status }) => status === 'active');
  if (!goesThere) return otherwise;
  return (
    <p className="flex items-center gap-2">
      <Send aria-hidden size={14} className="text-telegram" />
      <span className="max-phone:hidden">
        Your message and the answer will also go to Telegram.
      </span>
      <span className="phone:hidden">The answer also goes to Telegram.</span>
    </p>
  );
}
