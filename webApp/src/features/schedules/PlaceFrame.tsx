import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

import { useDocumentTitle } from '@/lib/useDocumentTitle';

/** What a page of the schedules needs of the frame around it. */
export interface PlaceProps {
  /** Leads to the picker where it is not beside the page. */
  headStart: ReactNode;
  /** On a phone one arrow is enough: it leads one step up. */
  isPhone: boolean;
  /** Given what was pressed, which gets the focus back. */
  onConnectTelegram: (opener: HTMLElement) => void;
}

interface PlaceFrameProps extends Pick<PlaceProps, 'headStart' | 'isPhone'> {
  title: string;
  /** Where the arrow leads; null on the page all others hang under. */
  up: { to: string; label: string } | null;
  /** At the end of the head. */
  actions?: ReactNode;
  /** Stays in sight below what scrolls. */
  foot?: ReactNode;
  children: ReactNode;
}

/** A page of the schedules: a head, and a column that scrolls. */
export function PlaceFrame(props: PlaceFrameProps) {
  const { headStart, isPhone, title, up, actions, foot, children } = props;
  useDocumentTitle(title);
  return (
    <main className="flex h-full flex-col">
      <header className="flex h-14 flex-none items-center gap-1 border-b border-line pr-3 pl-4 max-phone:pr-4 max-phone:pl-1">
        {!(isPhone && up) && headStart}
        {up && (
          <Link
            to={up.to}
            aria-label={up.label}
            title={up.label}
            className="-ml-2 grid size-8 flex-none place-items-center rounded-box text-icon hover:bg-hover hover:text-text max-phone:ml-0 max-phone:size-11"
          >
            <ArrowLeft aria-hidden size={16} />
          </Link>
        )}
        <h1 className="min-w-0 flex-1 truncate text-sm font-semibold max-phone:px-2 max-phone:text-base">
          {title}
        </h1>
        {actions}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-6 py-6 max-phone:px-4 max-phone:py-4">
        <div className="mx-auto h-full max-w-140">{children}</div>
      </div>
      {foot && (
        <footer className="flex-none border-t border-line px-6 pt-3 pb-[max(12px,env(safe-area-inset-bottom))] max-phone:px-4">
          <div className="mx-auto max-w-140">{foot}</div>
        </footer>
      )}
    </main>
  );
}

/** Rows in the place of what is loading; seen only when it takes longer than 150 ms. */
export function SkeletonLines({ count }: { count: number }) {
  return (
    <div>
      <p role="status" className="sr-only">
        Loading
      </p>
      <div aria-hidden className="animate-appear-late">
        {Array.from({ length: count }, (_, index) => (
          <div key={index} className="flex h-16 flex-col justify-center gap-2">
            <div className="h-3.5 w-2/5 rounded-tiny bg-hover" />
            <div className="h-3 w-3/5 rounded-tiny bg-hover" />
          </div>
        ))}
      </div>
    </div>
  );
}
