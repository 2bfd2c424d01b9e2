import { useLayoutEffect, useState } from "react";
import { hideFragment, linkToken } from "./link-token.ts";

/**
 * The token of the link that led here, or of one that is opened while the page is shown; it leaves
 * the address bar before the page is seen. Secret material.
 */
export function useLinkToken(): string | null {
  // Only read here: React may throw this drawing away and begin again.
  const [token, setToken] = useState(() => linkToken(location.hash));
  useLayoutEffect(() => {
    const take = () => {
      const next = linkToken(location.hash);
      hideFragment();
      if (next !== null) setToken(next);
    };
    hideFragment();
    addEventListener("hashchange", take);
    return () => {
      removeEventListener("hashchange", take);
    };
  }, []);
  return token;
}
