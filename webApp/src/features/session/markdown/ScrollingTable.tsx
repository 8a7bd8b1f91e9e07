import type { ReactNode } from 'react';

interface ScrollingTableProps {
  dir: string | undefined;
  children?: ReactNode;
}

/** A table that scrolls inside itself where it is wider than the column. */
export function ScrollingTable({ dir, children }: ScrollingTableProps) {
  return (
    // What scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
    <div className="markdown-table" role="group" aria-label="Table" tabIndex={0}>
      <table dir={dir}>{children}</table>
    </div>
  );
}
