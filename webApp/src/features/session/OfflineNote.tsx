import { CloudOff } from 'lucide-react';
import type { ReactNode } from 'react';

import { useIsOnline } from '@/api/hooks/useIsOnline';

/** Under the composer: what becomes of a message while the server is out of reach. */
export function OfflineNote({ otherwise }: { otherwise: ReactNode }) {
  const isOnline = useIsOnline();
  if (isOnline) return otherwise;
  return (
    <p className="flex items-center gap-2">
      <CloudOff aria-hidden size={14} className="flex-none text-icon" />
      <span>
        No connection.
        <span className="max-phone:hidden"> What you write is kept and goes out later.</span>
        <span className="phone:hidden"> What you write goes out later.</span>
      </span>
    </p>
  );
}
