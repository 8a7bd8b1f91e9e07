import { useQueryClient } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';

import type { Session } from '@/api/schema';
import { isMakingTitle, requestTitle } from '@/api/sessionTitles';
import { MenuItem } from '@/lib/ui/Menu';

/** Has a title made. Nothing where the title is the user's, or nothing has been said yet. */
export function NewTitleItem({ session }: { session: Session }) {
  const queryClient = useQueryClient();
  const isMaking = isMakingTitle(session);
  if (session.title_source === 'user' || session.message_count === 0) return null;
  return (
    <MenuItem disabled={isMaking} onSelect={() => void requestTitle(queryClient, session)}>
      <RefreshCw aria-hidden size={16} className="text-icon" />
      {isMaking ? 'Making a title…' : 'New title'}
      {session.title_status === 'failed' && (
        <span className="ml-auto pl-4 text-xs text-muted max-phone:text-note">
          could not be made
        </span>
      )}
    </MenuItem>
  );
}
