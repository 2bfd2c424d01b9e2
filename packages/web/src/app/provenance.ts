import type { AppId } from "@portafilter/protocol";
import { examples } from "../examples/catalogue.ts";
import { messages } from "../messages/index.ts";
import { snippetId } from "./identity.ts";

/** Who asks, as the platform knows it. Nothing in it comes from the app. */
export type Provenance = {
  readonly name: string;
  /** Null when nobody is known to have written the app: it came from a link. */
  readonly owner: string | null;
  /** Tells apps from links apart, here and where grants are listed; absent where the name does. */
  readonly shortId?: string;
};

/** The part of an id that people compare. */
export function shortAppId(id: AppId): string {
  return `${id.slice(0, 12)}…`;
}

/** Our own examples are known by their identity, so by every byte; all else is an app from a link. */
export async function provenanceOf(id: AppId): Promise<Provenance> {
  for (const example of examples) {
    if ((await snippetId(example.snippet)) === id)
      return { name: example.title, owner: messages.examples.owner };
  }
  return { name: messages.app.unnamed, owner: null, shortId: shortAppId(id) };
}
