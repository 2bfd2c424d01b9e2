import fc from "fast-check";
import type { Action } from "../http/route.ts";

/** A request that may be anything. Words of its body that stand for something are not filled in yet. */
export type Fuzzed = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

const methods: Readonly<Record<Action, string>> = {
  read: "GET",
  list: "GET",
  update: "POST",
  delete: "DELETE",
};
const fields = [
  ...["plaintext", "ciphertext", "context", "associated_data", "key_version", "batch_input"],
  ...["bits", "type", "derived", "convergent_encryption", "exportable", "deletion_allowed"],
  ...["min_decryption_version", "min_encryption_version", "min_available_version", "reference"],
  ...["auto_rotate_period", "allow_plaintext_backup", "policy", "policies", "ttl", "paths"],
  ...["accessor", "key", "reset", "name", "__proto__", "constructor", "x"],
];
/** What is right somewhere, or nearly. Some words stand for what the server made. */
const words = fc.constantFrom<unknown>(
  ...["@ciphertext", "@accessor", "@root", "YQ==", "aGVsbG8=", "YQ", "%", "", "vault:v1:", "0"],
  ...["vault:v0:AAAA", "vault:v9:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "aes256-gcm96", "1h"],
  ...["k1", "default", "\u0000", "\ud800", 'path "transit/*" { capabilities = ["read"] }'],
  ...[0, 1, 2, -1, 2 ** 31, 2 ** 53, 1e300, 0.5, 128, 256, true, false, null, [], {}],
);
const value = fc.oneof({ weight: 5, arbitrary: words }, fc.jsonValue({ maxDepth: 3 }), fc.string());
const some = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 5 });
/** With a status for batches that fail in part: below 500, for what is asked for would be given. */
const object = fc
  .tuple(
    some,
    fc.option(fc.array(fc.oneof({ weight: 4, arbitrary: some }, value), { maxLength: 6 })),
  )
  .chain(([one, batch_input]) =>
    fc
      .option(fc.constantFrom<unknown>(200, 207, 404, 99, 1e9, "207", "x", [], null))
      .map((status) => ({
        ...one,
        ...(batch_input === null ? {} : { batch_input }),
        ...(status === null ? {} : { partial_failure_response_code: status }),
      })),
  );
const body = fc.oneof(
  { weight: 8, arbitrary: object.map((one) => JSON.stringify(one)) },
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: object.map((one) => JSON.stringify(one).slice(0, -1)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 6_000 }).map((length) => "[".repeat(length)) },
);
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("k1", "k2") },
  fc.constantFrom("plaintext", "wrapped", "absent", "__proto__", "..", "%2e", "a/b", "k1 "),
  fc.string({ maxLength: 140 }),
);
const query = fc.oneof(
  { weight: 6, arbitrary: fc.constant("") },
  fc.constantFrom(
    "list=true",
    "list=false",
    "standbyok",
    "sealedcode=299",
    "format=json",
    "%",
    "&&",
  ),
  fc.webQueryParameters(),
);
const headers = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  fc.constantFrom<Record<string, string>>(
    { "X-Vault-Namespace": "x" },
    { "X-Vault-Wrap-TTL": "60s" },
    { "Content-Type": "application/x-www-form-urlencoded" },
    { "Content-Encoding": "gzip" },
  ),
);

/** Requests for one thing that a path serves, mostly by its own method. */
export function fuzzed(path: string, action: Action): fc.Arbitrary<Fuzzed> {
  const own = fc.constant(methods[action]);
  const method = fc.oneof(
    { weight: 12, arbitrary: own },
    fc.constantFrom("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"),
  );
  return fc
    .record({ method, names: fc.array(name, { minLength: 4, maxLength: 4 }), query, headers, body })
    .map(({ names, query: more, ...rest }) => {
      const asked = action === "list" ? `list=true&${more}` : more;
      let at = 0;
      const filled = path.replace(/:\w+/g, () =>
        encodeURIComponent(names[at++]?.toWellFormed() ?? ""),
      );
      return { ...rest, path: `/v1/${filled}`, query: asked === "" ? "" : `?${encodeURI(asked)}` };
    });
}
