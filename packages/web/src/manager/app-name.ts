import type { AppId } from "@portafilter/protocol";
import { useEffect, useState } from "react";
import { provenanceOf, shortAppId } from "../app/provenance.ts";
import { secretMessages } from "../messages/secrets.ts";

/** A run of code behind an address is an app of its own; see `frame/run.ts`. */
const runName = /^[0-9a-f]{8}-[0-9a-f]{4}-/;

/** What an app is called where it cannot be known by itself. */
export function plainAppName(id: AppId): string {
  const words = secretMessages.grants;
  return runName.test(id) ? words.run : words.unknown(shortAppId(id));
}

/** The app's name as the platform knows it; never the app's own word. */
export function useAppName(id: AppId): string {
  const [known, setKnown] = useState<{ readonly id: AppId; readonly name: string } | null>(null);
  useEffect(() => {
    let gone = false;
    void provenanceOf(id).then(({ name, owner }) => {
      if (!gone && owner !== null) setKnown({ id, name });
    });
    return () => {
      gone = true;
    };
  }, [id]);
  return known?.id === id ? known.name : plainAppName(id);
}
