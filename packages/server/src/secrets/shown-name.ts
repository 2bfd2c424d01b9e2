import { secretName } from "@portafilter/protocol";

/** What a secret is called to people; one whose name was changed into none is called by its id. */
export function shownName({ id, name }: Readonly<{ id: string; name: string }>): string {
  return isName(name) ? name : `damaged-${id}`;
}

export function isName(name: string): boolean {
  return secretName.safeParse(name).success;
}
