/** A certificate and its private key, as PEM, made for one test. */
export type Certificate = Readonly<{ cert: string; key: string }>;

/** A certificate that can sign others. */
export type Authority = Certificate & Readonly<{ name: string; signer: PrivateKey }>;

const { subtle } = globalThis.crypto;
type KeyPair = Extract<Awaited<ReturnType<typeof subtle.generateKey>>, { privateKey: unknown }>;
type PrivateKey = KeyPair["privateKey"];
const day = 24 * 60 * 60 * 1000;

/** Makes an authority of a test's own. */
export async function createAuthority(name = "test authority"): Promise<Authority> {
  const keys = await makeKeys();
  const isAuthority = extension([0x55, 0x1d, 0x13], sequence(der(0x01, Uint8Array.of(0xff))));
  const cert = await certificate({ name, issuer: name }, keys, keys.privateKey, isAuthority);
  return { name, cert, key: await privatePem(keys), signer: keys.privateKey };
}

/** Lets an authority sign a certificate for IP addresses (as four numbers) and host names. */
export async function issue(
  by: Authority,
  hosts: readonly string[],
  valid: { readonly from?: number; readonly to?: number } = {},
): Promise<Certificate> {
  const keys = await makeKeys();
  const names = hosts.map((host) =>
    /^[\d.]+$/.test(host)
      ? der(0x87, Uint8Array.from(host.split("."), Number))
      : der(0x82, ascii(host)),
  );
  const subject = { name: hosts[0] ?? "nobody", issuer: by.name, ...valid };
  const alternatives = extension([0x55, 0x1d, 0x11], sequence(...names));
  const cert = await certificate(subject, keys, by.signer, alternatives);
  return { cert, key: await privatePem(keys) };
}

async function makeKeys(): Promise<KeyPair> {
  return (await subtle.generateKey("Ed25519", true, ["sign", "verify"])) as KeyPair;
}

type Subject = { name: string; issuer: string; from?: number; to?: number };

/** RFC 5280, and RFC 8410 for Ed25519: as little of them as TLS asks for. */
async function certificate(
  { name, issuer, from = Date.now() - day, to = Date.now() + day }: Subject,
  keys: KeyPair,
  signer: PrivateKey,
  ...extensions: Uint8Array[]
): Promise<string> {
  const ed25519 = sequence(der(0x06, Uint8Array.of(0x2b, 0x65, 0x70)));
  const serial = globalThis.crypto.getRandomValues(new Uint8Array(8));
  serial[0] = 1;
  const content = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, serial),
    ed25519,
    commonName(issuer),
    sequence(time(from), time(to)),
    commonName(name),
    new Uint8Array(await subtle.exportKey("spki", keys.publicKey)),
    der(0xa3, sequence(...extensions)),
  );
  const signature = new Uint8Array(await subtle.sign("Ed25519", signer, content));
  return pem("CERTIFICATE", sequence(content, ed25519, der(0x03, Uint8Array.of(0), signature)));
}

async function privatePem(keys: KeyPair): Promise<string> {
  return pem("PRIVATE KEY", new Uint8Array(await subtle.exportKey("pkcs8", keys.privateKey)));
}

function pem(label: string, content: Uint8Array): string {
  const lines =
    Buffer.from(content)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

function commonName(name: string): Uint8Array {
  const type = der(0x06, Uint8Array.of(0x55, 0x04, 0x03));
  return sequence(der(0x31, sequence(type, der(0x0c, ascii(name)))));
}

function extension(id: number[], value: Uint8Array): Uint8Array {
  const critical = der(0x01, Uint8Array.of(0xff));
  return sequence(der(0x06, Uint8Array.from(id)), critical, der(0x04, value));
}

function time(at: number): Uint8Array {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, "");
  return der(0x17, ascii(digits.slice(2)));
}

function sequence(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = parts.flatMap((part) => [...part]);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.of(tag, ...size, ...content);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
