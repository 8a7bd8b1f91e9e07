import type { ReactNode } from 'react';

/** A table that scrolls inside itself where it is wider than the column. */
export function ScrollingTable({ children }: { children?: ReactNode }) {
  return (
    // What scrolls must be reachable by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keyboard
    <div className="markdown-table" role="group" aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}
