import { type ComponentType, lazy, useState } from 'react';

interface LazyPart<Props extends object> {
  /** Suspends while it is loaded, unless `load` has brought it before. */
  Part: ComponentType<Props>;
  load: () => Promise<void>;
}

/**
 * A part of the page that is loaded when it is wanted. One that is here already is drawn at once;
 * React's `lazy` would show its stead first, and React keeps that for 300 ms, in which the keyboard
 * is still elsewhere.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): LazyPart<Props> {
  let loaded: ComponentType<Props> | null = null;
  const bring = async () => {
    loaded ??= await load();
    return { default: loaded };
  };
  const Lazy: ComponentType<Props> = lazy(bring);
  function Part(props: Props) {
    // The same as long as it is shown: another one would begin anew.
    const [Shown] = useState(() => loaded ?? Lazy);
    return <Shown {...props} />;
  }
  return {
    Part,
    load: async () => {
      await bring();
    },
  };
}
