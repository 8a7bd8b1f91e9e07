import {
  Archive,
  ArchiveRestore,
  Braces,
  Ellipsis,
  FileText,
  ListChecks,
  Pencil,
  Pin,
  PinOff,
  Trash2,
} from 'lucide-react';
import { useRef, useState } from 'react';

import { useDeleteSessions } from '@/api/hooks/useDeleteSessions';
import { useStartingSession } from '@/api/hooks/useStartingSession';
import { useUpdateSession } from '@/api/hooks/useUpdateSession';
import type { Session } from '@/api/schema';
import { NewTitleItem } from '@/features/sessionMenu/NewTitleItem';
import { RenameDialog } from '@/features/sessionMenu/RenameDialog';
import { runSessionExport } from '@/features/sessionMenu/runSessionExport';
import { IconButton } from '@/lib/ui/IconButton';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/lib/ui/Menu';

interface SessionMenuProps {
  session: Session;
  label: string;
  className?: string;
  tabIndex?: number;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  /** Begins choosing several sessions with this one; missing where there is no list. */
  onChoose?: () => void;
}

/** What is done with a session, open or in the list. */
export function SessionMenu(props: SessionMenuProps) {
  const { session, isOpen, onOpenChange, onChoose, ...look } = props;
  const triggerRef = useRef<HTMLButtonElement>(null);
  const [renameOpener, setRenameOpener] = useState<HTMLElement | null>(null);
  const update = useUpdateSession(session);
  const remove = useDeleteSessions();
  const isStarting = useStartingSession(session.session_id) !== undefined;
  return (
    <>
      <Menu
        isOpen={isOpen}
        onOpenChange={onOpenChange}
        trigger={
          <IconButton ref={triggerRef} {...look}>
            <Ellipsis aria-hidden size={16} />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setRenameOpener(triggerRef.current)}>
          <Pencil aria-hidden size={16} className="text-icon" />
          Rename
        </MenuItem>
        <NewTitleItem session={session} />
        <MenuItem onSelect={() => update({ pinned: !session.pinned })}>
          {session.pinned ? (
            <PinOff aria-hidden size={16} className="text-icon" />
          ) : (
            <Pin aria-hidden size={16} className="text-icon" />
          )}
          {session.pinned ? 'Unpin' : 'Pin'}
        </MenuItem>
        <ArchiveItem session={session} onChange={(archived) => update({ archived })} />
        {onChoose && (
          <MenuItem onSelect={onChoose}>
            <ListChecks aria-hidden size={16} className="text-icon" />
            Select
          </MenuItem>
        )}
        <MenuSeparator />
        {!isStarting && (
          <>
            <ExportItems sessionId={session.session_id} />
            <MenuSeparator />
          </>
        )}
        <MenuItem className="text-failed" onSelect={() => remove([session])}>
          <Trash2 aria-hidden size={16} />
          Delete
        </MenuItem>
      </Menu>
      <RenameDialog
        session={session}
        opener={renameOpener}
        onClose={() => setRenameOpener(null)}
        onRename={(title, seen) => update({ title }, seen)}
      />
    </>
  );
}

interface ArchiveItemProps {
  session: Session;
  onChange: (archived: boolean) => void;
}

function ArchiveItem({ session, onChange }: ArchiveItemProps) {
  if (session.archived) {
    return (
      <MenuItem onSelect={() => onChange(false)}>
        <ArchiveRestore aria-hidden size={16} className="text-icon" />
        Take out of the archive
      </MenuItem>
    );
  }
  return (
    <MenuItem onSelect={() => onChange(true)}>
      <Archive aria-hidden size={16} className="text-icon" />
      Archive
    </MenuItem>
  );
}

function ExportItems({ sessionId }: { sessionId: string }) {
  return (
    <>
      <MenuLabel>Export, every version included</MenuLabel>
      <MenuItem onSelect={() => void runSessionExport(sessionId, 'markdown')}>
        <FileText aria-hidden size={16} className="text-icon" />
        As Markdown
      </MenuItem>
      <MenuItem onSelect={() => void runSessionExport(sessionId, 'json')}>
        <Braces aria-hidden size={16} className="text-icon" />
        As JSON
      </MenuItem>
    </>
  );
}
