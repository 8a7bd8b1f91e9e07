const TITLE_WIDTHS = ['w-2/3', 'w-1/2', 'w-3/5', 'w-2/5', 'w-1/2', 'w-2/3', 'w-2/5', 'w-3/5'];

/** Rows that hold the place of what is loading; seen only when it takes longer than 150 ms. */
export function SkeletonRows({ count }: { count: number }) {
  return (
    <div aria-hidden className="animate-appear-late">
      {TITLE_WIDTHS.slice(0, count).map((width, index) => (
        <div key={index} className="flex h-14 items-center gap-3 px-2 max-phone:h-16">
          <div className="size-7 rounded-box bg-selected max-phone:size-9" />
          <div className="flex flex-1 flex-col gap-2">
            <div className={`h-3 rounded-tiny bg-selected ${width}`} />
            <div className="h-2.5 w-4/5 rounded-tiny bg-selected" />
          </div>
        </div>
      ))}
    </div>
  );
}
