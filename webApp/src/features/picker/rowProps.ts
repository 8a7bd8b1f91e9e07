import type { KeyboardEvent, ReactNode } from 'react';

import type { Session } from '@/api/schema';

/** What every row of the list is given to take part in moving by arrow keys. */
export interface RowProps {
  rowKey: string;
  /** Only one row is in the tab order; arrow keys reach the others. */
  isTabStop: boolean;
  onFocus: (rowKey: string) => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

/** Whether several sessions are being chosen, and the row's part in it. */
export interface RowChoice {
  isChoosing: boolean;
  isChosen: boolean;
  /** The first time it begins the choosing. */
  onChoose: (how: 'toggle' | 'range') => void;
}

/** The same as attributes of the row's element. */
export function rowAttributes({ rowKey, isTabStop, onFocus, onKeyDown }: RowProps) {
  return {
    'data-row': rowKey,
    tabIndex: isTabStop ? 0 : -1,
    onFocus: () => onFocus(rowKey),
    onKeyDown,
  };
}

/** Draws what opens the menu of a row's session. */
export type RenderRowMenu = (
  session: Session,
  look: { className: string; tabIndex: number; onChoose: () => void },
) => ReactNode;

/** Pressed long or with Shift, a row is not text to be marked. */
export const CHOOSABLE_ROW = 'select-none [-webkit-touch-callout:none]';

/** What a row stands on. */
export function rowGround(isOpen: boolean, { isChosen }: RowChoice): string {
  if (isChosen) return 'bg-accent-soft';
  return isOpen ? 'bg-selected' : 'hover:bg-hover';
}
