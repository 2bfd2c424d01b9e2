import { useEffect } from "react";
import { messages } from "../messages/index.ts";

/** Sets the title of the tab to `name` and the product's name. */
export function useTitle(name: string): void {
  useEffect(() => {
    document.title = messages.titles.page(name);
  }, [name]);
}
