/** What our server answers where it does not do as OpenBao. An `error` of null: the body is not compared. */
export type Difference = {
  readonly status: number;
  readonly error: string | null;
  readonly why: string;
};

const unsupportedPath = "1 error occurred:\n\t* unsupported path\n\n";
const unsupportedOperation = "1 error occurred:\n\t* unsupported operation\n\n";
const missing = "encryption key not found";

const absent = (why: string): Difference => ({ status: 404, error: unsupportedPath, why });
const unknownType = (type: string): Difference => ({
  status: 400,
  error: `unknown key type ${type}`,
  why: "aes256-gcm96 is the only type",
});
const noConvergence = "the same plaintext must not give the same ciphertext";

/** What OpenBao answers with 500, for a request that was wrong. */
const fault = (error: string): Difference => ({
  status: 400,
  error: `1 error occurred:\n\t* ${error}\n\n`,
  why: "what a client did wrong is no failure of the server, which clients would wait for",
});

/** By name of the recording; every other recording is answered as OpenBao answered it. */
export const differences: Readonly<Record<string, Difference>> = {
  "sys-leader": { status: 403, error: "permission denied", why: "there is one server" },
  "mount-transit": absent("Transit is always there"),
  "mount-transit-again": absent("Transit is always there"),
  "create-key-convergent": {
    status: 400,
    error: "convergent encryption is not supported",
    why: noConvergence,
  },
  "create-key-aes128-gcm96": unknownType("aes128-gcm96"),
  "create-key-chacha20-poly1305": unknownType("chacha20-poly1305"),
  "create-key-xchacha20-poly1305": unknownType("xchacha20-poly1305"),
  "create-key-ed25519": unknownType("ed25519"),
  "create-key-ecdsa-p256": unknownType("ecdsa-p256"),
  "create-key-rsa-2048": unknownType("rsa-2048"),
  "create-key-hmac": unknownType("hmac"),
  "read-key-ed25519": { status: 404, error: null, why: "no such key was made" },
  "list-keys": {
    status: 405,
    error: unsupportedOperation,
    why: "Node's HTTP parser knows no LIST; GET with list=true is the same",
  },
  "list-keys-get": { status: 200, error: null, why: "fewer keys were made" },
  "encrypt-associated-data-not-base64": fault(
    "unable to get associated_data/additional_data from factory[0]: illegal base64 data at input byte 0",
  ),
  "batch-encrypt-one-missing-plaintext": fault(
    "failed to parse batch input: '[1].plaintext' missing plaintext to encrypt",
  ),
  "batch-encrypt-not-array": fault(
    "failed to parse batch input: source data must be an array or slice, got string",
  ),
  "encrypt-convergent-1": { status: 400, error: missing, why: noConvergence },
  "encrypt-convergent-2": { status: 400, error: missing, why: noConvergence },
  "encrypt-form": {
    status: 400,
    error: "failed to decode JSON input: invalid character",
    why: "bodies are JSON",
  },
  "encrypt-unknown-key-root-upserts": {
    status: 400,
    error: missing,
    why: "encrypting never makes a key: a misspelt name must be an error",
  },
  "read-upserted-key": { status: 404, error: null, why: "nothing was made" },
  "encrypt-with-signing-key": { status: 400, error: missing, why: "no such key was made" },
  "decrypt-with-signing-key": { status: 400, error: missing, why: "no such key was made" },
  "encrypt-wrap-ttl": {
    status: 400,
    error: "response wrapping is not supported",
    why: "a client that wants the answer kept back must not get it in the clear",
  },
  "random-16": absent("not part of the subset"),
  "hash-sha2-256": absent("not part of the subset"),
  hmac: absent("not part of the subset"),
  "sign-ed25519": absent("not part of the subset"),
  "verify-ed25519": absent("not part of the subset"),
  "sign-with-aes-key": absent("not part of the subset"),
  "export-not-exportable": absent("key material never leaves, so there is no path for it"),
  "backup-not-allowed": absent("key material never leaves, so there is no path for it"),
};

/** Fields of which only presence and type are compared, for want of the thing they speak of. */
export const looseFields: Readonly<Record<string, readonly string[]>> = {
  // Tokens cannot be renewed, and do not end with the token that made them.
  "token-create": ["renewable", "orphan"],
  "token-lookup-self": ["renewable", "orphan", "id", "ttl"],
};
