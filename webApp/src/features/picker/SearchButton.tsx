import { Search } from 'lucide-react';

import { Key } from '@/lib/ui/Key';

const SHORTCUT = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K';

interface SearchButtonProps {
  /** Given what was pressed, which gets the focus back. */
  onSearch: (opener: HTMLElement) => void;
}

/** Looks like the field it opens. */
export function SearchButton({ onSearch }: SearchButtonProps) {
  return (
    <button
      type="button"
      aria-keyshortcuts="Meta+K Control+K"
      className="mx-3 mb-2 flex h-8 flex-none items-center gap-2 rounded-box bg-page px-2 text-left text-sm text-muted inset-ring inset-ring-line hover:text-text hover:inset-ring-line-strong max-phone:mx-4 max-phone:mb-0 max-phone:h-11 max-phone:bg-hover max-phone:px-3 max-phone:text-base max-phone:inset-ring-0"
      onClick={(event) => onSearch(event.currentTarget)}
    >
      <Search aria-hidden size={16} className="flex-none" />
      <span className="flex-1">Search</span>
      <span aria-hidden className="max-phone:hidden">
        <Key>{SHORTCUT}</Key>
      </span>
    </button>
  );
}
