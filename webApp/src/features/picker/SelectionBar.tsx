import { useQueryClient } from '@tanstack/react-query';
import { Archive, ArchiveRestore, ListChecks, ListX, Pin, PinOff, Trash2, X } from 'lucide-react';
import type { ReactNode } from 'react';

import { useDeleteSessions } from '@/api/hooks/useDeleteSessions';
import { changeSessions, type SharedChange } from '@/api/manySessions';
import type { Session } from '@/api/schema';
import type { useListSelection } from '@/features/picker/useListSelection';
import { IconButton } from '@/lib/ui/IconButton';

type ListSelection = ReturnType<typeof useListSelection>;

interface SelectionBarProps {
  selection: ListSelection;
  /** The list is the archive. */
  isArchive: boolean;
  onLeave: () => void;
}

/** Says how many sessions are chosen, also to those who cannot see; null while nobody is choosing. */
export function SelectionHead({
  selection,
  ...rest
}: Omit<SelectionBarProps, 'selection'> & { selection: ListSelection | null }) {
  return (
    <>
      <p role="status" className="sr-only">
        {selection && `${selection.chosen.length} selected`}
      </p>
      {selection && <SelectionBar selection={selection} {...rest} />}
    </>
  );
}

/** In the place of the picker's head while several sessions are being chosen: what is done with them. */
function SelectionBar({ selection, isArchive, onLeave }: SelectionBarProps) {
  const { chosen, isAllChosen, selectAll, selectNone } = selection;
  const queryClient = useQueryClient();
  const remove = useDeleteSessions();
  const change = (sessions: readonly Session[], shared: SharedChange) => {
    changeSessions(queryClient, sessions, shared);
    onLeave();
  };
  return (
    <div
      role="group"
      aria-label="Selected sessions"
      data-selection-bar
      className="absolute inset-x-0 top-0 flex h-14 items-center bg-side pr-3 pl-2 max-phone:bg-page max-phone:px-1 max-phone:[&_svg]:size-5"
    >
      <IconButton label="Stop selecting" onClick={onLeave}>
        <X aria-hidden size={16} />
      </IconButton>
      {/* A word that finds no room wraps out of sight. */}
      <p className="ml-1 flex h-5 min-w-0 flex-1 flex-wrap gap-x-1 overflow-hidden text-sm font-semibold tabular-nums">
        <span>{chosen.length}</span> <span>selected</span>
      </p>
      {isAllChosen ? (
        <IconButton label="Select none" onClick={selectNone}>
          <ListX aria-hidden size={16} />
        </IconButton>
      ) : (
        <IconButton label="Select all that are loaded" onClick={selectAll}>
          <ListChecks aria-hidden size={16} />
        </IconButton>
      )}
      {isArchive ? (
        <ChangeButton
          label="Take out of the archive"
          sessions={chosen}
          onPress={(sessions) => change(sessions, { archived: false })}
        >
          <ArchiveRestore aria-hidden size={16} />
        </ChangeButton>
      ) : (
        <>
          <PinButton chosen={chosen} onChange={change} />
          <ChangeButton
            label="Archive"
            sessions={chosen}
            onPress={(sessions) => change(sessions, { archived: true })}
          >
            <Archive aria-hidden size={16} />
          </ChangeButton>
        </>
      )}
      <ChangeButton
        label="Delete"
        sessions={chosen}
        onPress={(sessions) => {
          remove(sessions);
          onLeave();
        }}
      >
        <Trash2 aria-hidden size={16} />
      </ChangeButton>
    </div>
  );
}

interface PinButtonProps {
  chosen: readonly Session[];
  onChange: (sessions: readonly Session[], change: SharedChange) => void;
}

/** Pins what is not pinned yet, or where all are takes them down. A folded run has no place above. */
function PinButton({ chosen, onChange }: PinButtonProps) {
  const sessions = chosen.filter((session) => !session.is_folded);
  const others = sessions.filter((session) => !session.pinned);
  if (sessions.length > 0 && others.length === 0) {
    return (
      <ChangeButton
        label="Unpin"
        sessions={sessions}
        onPress={() => onChange(sessions, { pinned: false })}
      >
        <PinOff aria-hidden size={16} />
      </ChangeButton>
    );
  }
  return (
    <ChangeButton label="Pin" sessions={others} onPress={() => onChange(others, { pinned: true })}>
      <Pin aria-hidden size={16} />
    </ChangeButton>
  );
}

interface ChangeButtonProps {
  label: string;
  /** What it changes; without any it cannot be pressed. */
  sessions: readonly Session[];
  onPress: (sessions: readonly Session[]) => void;
  children: ReactNode;
}

function ChangeButton({ label, sessions, onPress, children }: ChangeButtonProps) {
  return (
    <IconButton label={label} disabled={sessions.length === 0} onClick={() => onPress(sessions)}>
      {children}
    </IconButton>
  );
}
