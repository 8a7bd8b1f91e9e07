/** A key, or keys pressed together, as they are written on the keyboard. */
export function Key({ children }: { children: string }) {
  return (
    <kbd className="grid h-5 min-w-5 place-items-center rounded-tiny px-1 font-sans text-xs inset-ring inset-ring-line-strong">
      {children}
    </kbd>
  );
}
