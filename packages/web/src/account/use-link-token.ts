import { useEffect, useState } from "react";
import { takeLinkToken } from "./link-token.ts";

/** The token of the link that led here, or of one that is opened while the page is shown. Secret material. */
export function useLinkToken(): string | null {
  const [token, setToken] = useState(() => takeLinkToken());
  useEffect(() => {
    const take = () => {
      const next = takeLinkToken();
      if (next !== null) setToken(next);
    };
    addEventListener("hashchange", take);
    return () => {
      removeEventListener("hashchange", take);
    };
  }, []);
  return token;
}
