import { type ComponentProps, useLayoutEffect, useRef } from 'react';

interface BlobImageProps extends Omit<ComponentProps<'img'>, 'src' | 'ref'> {
  bytes: Blob;
  alt: string;
}

/** Draws bytes this page holds; their address is gone when it is. */
export function BlobImage({ bytes, alt, ...rest }: BlobImageProps) {
  const imageRef = useRef<HTMLImageElement>(null);
  useLayoutEffect(() => {
    const url = URL.createObjectURL(bytes);
    if (imageRef.current) imageRef.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [bytes]);
  return <img ref={imageRef} alt={alt} decoding="async" {...rest} />;
}
