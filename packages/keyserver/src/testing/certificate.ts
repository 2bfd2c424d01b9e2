import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A certificate and its key, in PEM. For tests alone: valid for a day, for 127.0.0.1 and names. */
export type Certificate = { readonly cert: string; readonly key: string };

/** Makes a certificate authority and what it issues, without another program. */
export function createAuthority(name: string) {
  const authority = keyPair();
  const issue = (
    subject: string,
    names: readonly string[] | null,
    pair = keyPair(),
  ): Certificate => {
    const body = toBeSigned(name, subject, pair.publicKey, names);
    const signature = sign("sha256", body, authority.privateKey);
    const der = sequence(body, ecdsaWithSha256, tagged(0x03, Buffer.from([0]), signature));
    return { cert: pem("CERTIFICATE", der), key: pemOf(pair.privateKey) };
  };
  return {
    own: issue(name, null, authority),
    /** For host names, which may begin with `*.`, besides 127.0.0.1. */
    issue: (subject: string, names: readonly string[] = []) => issue(subject, names),
  };
}

const keyPair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const pemOf = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();

/** An authority has no `names`. */
function toBeSigned(
  issuer: string,
  subject: string,
  key: KeyObject,
  names: readonly string[] | null,
): Buffer {
  const yes = tagged(0x01, Buffer.from([0xff]));
  const constraints = extension("551d13", sequence(...(names === null ? [yes] : [])));
  const loopback = tagged(0x87, Buffer.from([127, 0, 0, 1]));
  const hosts = (names ?? []).map((host) => tagged(0x82, Buffer.from(host)));
  const addresses = extension("551d11", sequence(loopback, ...hosts));
  const day = 24 * 3600 * 1000;
  return sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(Date.now() - day), time(Date.now() + day)),
    nameOf(subject),
    key.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(constraints, ...(names === null ? [] : [addresses]))),
  );
}

/** One element of DER: tag, length, content. */
function tagged(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

function sequence(...content: readonly Buffer[]): Buffer {
  return tagged(0x30, ...content);
}

const objectId = (hex: string) => tagged(0x06, Buffer.from(hex, "hex"));
const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));

function nameOf(name: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId("550403"), tagged(0x0c, Buffer.from(name)))));
}

function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/\D/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), tagged(0x04, value));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
