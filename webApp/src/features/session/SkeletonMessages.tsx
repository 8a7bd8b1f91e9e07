/** Holds the place of messages that are loading; seen only when it takes longer than 150 ms. */
export function SkeletonMessages() {
  return (
    <div className="flex min-h-0 flex-1 flex-col justify-end overflow-hidden px-6 pb-8 max-phone:px-4">
      <p role="status" className="sr-only">
        Loading messages
      </p>
      <div aria-hidden className="mx-auto w-full max-w-140 animate-appear-late">
        <div className="ml-auto h-12 w-3/5 rounded-box bg-hover" />
        <div className="mt-12 flex flex-col gap-3">
          <div className="h-4 w-4/5 rounded-tiny bg-hover" />
          <div className="h-4 w-3/4 rounded-tiny bg-hover" />
          <div className="h-4 w-2/5 rounded-tiny bg-hover" />
        </div>
        <div className="mt-14 ml-auto h-12 w-2/5 rounded-box bg-hover" />
        <div className="mt-12 flex flex-col gap-3">
          <div className="h-4 w-3/4 rounded-tiny bg-hover" />
          <div className="h-4 w-1/2 rounded-tiny bg-hover" />
        </div>
        <div className="h-8" />
      </div>
    </div>
  );
}
