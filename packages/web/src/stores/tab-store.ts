import type { SessionStore } from "../session/store.ts";
import type { SecretStore } from "./secret-store.ts";

/**
 * This tab's own store, for the account `owner`, for a stranger (null), or, where it is not known who is
 * signed in (absent), for whom each secret was kept before. Each call reads and writes sessionStorage
 * before it returns.
 */
export function createTabStore(session: SessionStore, owner?: string | null): SecretStore {
  return {
    kind: "tab",
    use(asker, name) {
      const standing = session.standing(asker, name);
      if (standing === "changed")
        return Promise.resolve({ standing, before: session.allowedWith(asker.app, name) });
      if (standing !== "granted") return Promise.resolve({ standing });
      const value = session.read(asker, name);
      return Promise.resolve(
        value === null ? { standing: "unavailable" } : { standing: "granted", value, until: null },
      );
    },
    allow(asker, name, value) {
      const isKept = session.allow(asker, name, value, owner);
      const kept = isKept ? session.read(asker, name) : null;
      return Promise.resolve(kept === null ? { problem: "secret_unavailable" } : { value: kept });
    },
  };
}
