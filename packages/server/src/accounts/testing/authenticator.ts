const { subtle } = crypto;
const flags = { present: 0x01, verified: 0x04, attested: 0x40 };

type Wanted = Readonly<{ origin?: string; rpId?: string; isVerified?: boolean; type?: string }>;
type Options = Readonly<Record<string, unknown>>;

/** A passkey in software: ES256, without attestation, as WebAuthn's level 3 describes it. */
export type Authenticator = Readonly<{
  /** Answers `register-options`. */
  create: (options: Options, wanted?: Wanted) => Promise<Record<string, unknown>>;
  /** Answers `sign-in-options`. */
  get: (options: Options, wanted?: Wanted) => Promise<Record<string, unknown>>;
  /** Goes back to an earlier count of signatures, as a copy of the passkey would. */
  rewind: (count: number) => void;
}>;

const home = { origin: "http://pycafe.localhost:8080", rpId: "pycafe.localhost" };

export async function createAuthenticator(): Promise<Authenticator> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const { privateKey, publicKey } = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const id = crypto.getRandomValues(new Uint8Array(16));
  const userHandle = crypto.getRandomValues(new Uint8Array(16));
  let counter = 0;

  const clientData = (type: string, options: Options, { origin = home.origin }: Wanted) =>
    text(JSON.stringify({ type, challenge: options.challenge, origin, crossOrigin: false }));
  const authenticatorData = async (
    flag: number,
    { rpId = home.rpId, isVerified = true }: Wanted,
  ) => {
    counter += 1;
    const count = new DataView(new ArrayBuffer(4));
    count.setUint32(0, counter);
    return join(
      new Uint8Array(await subtle.digest("SHA-256", text(rpId))),
      Uint8Array.of(flag | flags.present | (isVerified ? flags.verified : 0)),
      new Uint8Array(count.buffer),
    );
  };
  const frame = (response: Record<string, unknown>) => ({
    id: base64url(id),
    rawId: base64url(id),
    type: "public-key",
    clientExtensionResults: {},
    response,
  });

  return {
    rewind: (count) => {
      counter = count;
    },
    async create(options, wanted = {}) {
      const jwk = await subtle.exportKey("jwk", publicKey);
      const key = cborMap([
        [cborInt(1), cborInt(2)],
        [cborInt(3), cborInt(-7)],
        [cborInt(-1), cborInt(1)],
        [cborInt(-2), cborBytes(Buffer.from(jwk.x ?? "", "base64url"))],
        [cborInt(-3), cborBytes(Buffer.from(jwk.y ?? "", "base64url"))],
      ]);
      const data = join(
        await authenticatorData(flags.attested, wanted),
        new Uint8Array(16),
        Uint8Array.of(0, id.length),
        id,
        key,
      );
      const attestation = cborMap([
        [cborText("fmt"), cborText("none")],
        [cborText("attStmt"), cborMap([])],
        [cborText("authData"), cborBytes(data)],
      ]);
      return frame({
        clientDataJSON: base64url(clientData(wanted.type ?? "webauthn.create", options, wanted)),
        attestationObject: base64url(attestation),
        transports: ["internal"],
      });
    },
    async get(options, wanted = {}) {
      const client = clientData(wanted.type ?? "webauthn.get", options, wanted);
      const data = await authenticatorData(0, wanted);
      const signed = join(data, new Uint8Array(await subtle.digest("SHA-256", client)));
      const signature = new Uint8Array(await subtle.sign(algorithm, privateKey, signed));
      return frame({
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(derOf(signature)),
        userHandle: base64url(userHandle),
      });
    },
  };
}

const text = (value: string) => new TextEncoder().encode(value);
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

function cborHead(major: number, length: number): Uint8Array {
  if (length < 24) return Uint8Array.of((major << 5) | length);
  if (length < 256) return Uint8Array.of((major << 5) | 24, length);
  return Uint8Array.of((major << 5) | 25, length >> 8, length & 255);
}
const cborInt = (value: number) => (value < 0 ? cborHead(1, -1 - value) : cborHead(0, value));
const cborBytes = (bytes: Uint8Array) => join(cborHead(2, bytes.length), bytes);
const cborText = (value: string) => join(cborHead(3, value.length), text(value));
const cborMap = (pairs: [Uint8Array, Uint8Array][]) =>
  join(cborHead(5, pairs.length), ...pairs.flat());

/** WebCrypto gives r and s one after the other; WebAuthn wants them in DER. */
function derOf(signature: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const short = bytes.subarray(start);
    const value = (short[0] ?? 0) > 127 ? join(Uint8Array.of(0), short) : short;
    return join(Uint8Array.of(2, value.length), value);
  };
  const half = signature.length / 2;
  const both = join(integer(signature.subarray(0, half)), integer(signature.subarray(half)));
  return join(Uint8Array.of(0x30, both.length), both);
}
