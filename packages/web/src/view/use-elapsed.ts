import { useEffect, useState } from "react";

/** False until `running` has been true for `milliseconds`; unless told, it is as long as the component is shown. */
export function useElapsed(milliseconds: number, running = true): boolean {
  const [elapsed, setElapsed] = useState(false);
  useEffect(() => {
    if (!running) return;
    const timer = setTimeout(() => {
      setElapsed(true);
    }, milliseconds);
    return () => {
      clearTimeout(timer);
      setElapsed(false);
    };
  }, [milliseconds, running]);
  return elapsed;
}
