const { compare } = new Intl.Collator(undefined, { sensitivity: "base", numeric: true });

/** The order in which people look for names: regardless of case, and `KEY_2` before `KEY_10`. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compare(a.name, b.name);
}
