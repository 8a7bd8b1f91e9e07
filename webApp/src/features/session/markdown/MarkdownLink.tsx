import type { ReactNode } from 'react';

import { parseUrl } from '@/features/session/markdown/parseUrl';

interface MarkdownLinkProps {
  href: string | undefined;
  children?: ReactNode;
}

/** A link that opens beside the app and shows which site it leads to. */
export function MarkdownLink({ href, children }: MarkdownLinkProps) {
  const target = readTarget(href);
  // An address inside this app, or of a kind that is not followed: its words alone remain.
  if (!target) return <>{children}</>;
  const isShown = typeof children === 'string' && children.includes(target.place);
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
        {children}
        <span className="sr-only"> (opens a new tab)</span>
      </a>
      {!isShown && <span className="markdown-place"> {target.place}</span>}
    </>
  );
}

/** Where a link leads, as its host or mail address. */
function readTarget(href: string | undefined): { place: string } | null {
  const url = parseUrl(href);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return { place: url.host };
  if (url?.protocol === 'mailto:') return { place: url.pathname };
  return null;
}
