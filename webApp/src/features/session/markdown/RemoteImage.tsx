import { ImageIcon } from 'lucide-react';
import { useState } from 'react';

import { MarkdownLink } from '@/features/session/markdown/MarkdownLink';
import { parseUrl } from '@/features/session/markdown/parseUrl';

interface RemoteImageProps {
  src: string | Blob | undefined;
  alt: string | undefined;
}

/** An image of another site. Loading it tells that site who reads this, so it waits for a click. */
export function RemoteImage({ src, alt }: RemoteImageProps) {
  const [isWanted, setIsWanted] = useState(false);
  const [hasFailed, setHasFailed] = useState(false);
  const url = typeof src === 'string' ? parseUrl(src) : null;
  const name = alt ?? '';
  // The page's own policy loads images over https only.
  if (url?.protocol !== 'https:') return <MarkdownLink href={url?.href}>{name}</MarkdownLink>;
  if (isWanted && !hasFailed) {
    return (
      <img
        src={url.href}
        alt={name}
        referrerPolicy="no-referrer"
        onError={() => setHasFailed(true)}
      />
    );
  }
  return (
    <button
      type="button"
      className="markdown-image"
      onClick={() => {
        setHasFailed(false);
        setIsWanted(true);
      }}
    >
      <ImageIcon aria-hidden size={16} />
      <span>
        {name && <b>{name}</b>}
        {hasFailed
          ? `Could not load it from ${url.host}. Try again`
          : `Load image from ${url.host}`}
      </span>
    </button>
  );
}
