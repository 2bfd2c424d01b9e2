import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Provider } from "../config.ts";

const { subtle } = crypto;
const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

/** What it says about somebody, and how it lies. */
export type Lies = {
  subject: string;
  email: string | undefined;
  isVerified: boolean;
  /** Claims of the ID token that are not as they should be. */
  claims: Record<string, unknown>;
  /** `RS256` by its key, `none`, `HS256` by the client's secret, or by a key that nobody knows. */
  signing: "own" | "none" | "hmac" | "stranger";
  givesIdToken: boolean;
  /** Subject at the address that tells more. */
  otherSubject: string | undefined;
  /** Issuer in its description of itself. */
  issuer: string | undefined;
  isDown: boolean;
};

export type LyingProvider = Readonly<{
  settings: Provider;
  lies: Lies;
  /** Takes the lies back, for somebody new. */
  honest: (lies?: Partial<Lies>) => void;
  /** What the browser would be sent back with, from an address that `oidcStart` gave. */
  authorize: (url: string, change?: Record<string, string>) => string;
  /** What was asked for tokens, so far. */
  exchanges: URLSearchParams[];
  close: () => Promise<void>;
}>;

/** A provider of OpenID Connect on loopback that says what a test wants it to say. */
export async function startLyingProvider(id = "corp"): Promise<LyingProvider> {
  const keys = await rsa();
  const stranger = await rsa();
  const jwk = { ...(await subtle.exportKey("jwk", keys.publicKey)), kid: "one", use: "sig" };
  const exchanges: URLSearchParams[] = [];
  const asked = new Map<string, URLSearchParams>();
  const lies = {} as Lies;
  let people = 0;
  const honest = (wanted: Partial<Lies> = {}) => {
    people += 1;
    Object.assign(lies, {
      subject: `subject-${String(people)}`,
      email: `${id}${String(people)}@example.org`,
      isVerified: true,
      claims: {},
      signing: "own",
      givesIdToken: true,
      otherSubject: undefined,
      issuer: undefined,
      isDown: false,
      ...wanted,
    });
  };
  honest();

  const server = createServer((request, response) => {
    const answer = (value: unknown, status = 200) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    const serve = async () => {
      if (lies.isDown) {
        answer({}, 503);
        return;
      }
      switch (new URL(request.url ?? "", issuer).pathname) {
        case "/.well-known/openid-configuration":
          answer({
            issuer: lies.issuer ?? issuer,
            authorization_endpoint: `${issuer}/authorize`,
            token_endpoint: `${issuer}/token`,
            userinfo_endpoint: `${issuer}/me`,
            jwks_uri: `${issuer}/jwks`,
            id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
            code_challenge_methods_supported: ["S256"],
          });
          return;
        case "/jwks":
          answer({ keys: [jwk] });
          return;
        case "/me":
          answer({ ...who(), sub: lies.otherSubject ?? lies.subject });
          return;
        case "/token": {
          let body = "";
          for await (const chunk of request) body += String(chunk);
          const form = new URLSearchParams(body);
          exchanges.push(form);
          const code = form.get("code") ?? "";
          const start = asked.get(code);
          asked.delete(code);
          const hashed = await subtle.digest(
            "SHA-256",
            new TextEncoder().encode(form.get("code_verifier") ?? ""),
          );
          const challenge = Buffer.from(hashed).toString("base64url");
          if (start?.get("code_challenge") !== challenge) {
            answer({ error: "invalid_grant" }, 400);
            return;
          }
          answer({
            access_token: "an access token",
            token_type: "Bearer",
            ...(lies.givesIdToken ? { id_token: await idToken(start) } : {}),
          });
          return;
        }
        default:
          answer({}, 404);
      }
    };
    void serve();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const settings: Provider = {
    id,
    name: "Corp",
    issuer,
    clientId: "portafilter",
    clientSecret: "a secret of the client",
    trustsEmail: false,
  };

  const who = () => ({
    sub: lies.subject,
    ...(lies.email === undefined ? {} : { email: lies.email }),
    email_verified: lies.isVerified,
  });
  const idToken = async (start: URLSearchParams) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      aud: settings.clientId,
      iat: now,
      exp: now + 300,
      nonce: start.get("nonce"),
      ...(lies.otherSubject === undefined ? who() : { sub: lies.subject }),
      ...lies.claims,
    };
    const alg = { own: "RS256", stranger: "RS256", none: "none", hmac: "HS256" }[lies.signing];
    const text = `${encode({ alg, kid: "one" })}.${encode(claims)}`;
    const bytes = new TextEncoder().encode(text);
    if (lies.signing === "none") return `${text}.`;
    if (lies.signing === "hmac") {
      const secret = new TextEncoder().encode(settings.clientSecret);
      const hmac = { name: "HMAC", hash: "SHA-256" };
      const key = await subtle.importKey("raw", secret, hmac, false, ["sign"]);
      return `${text}.${Buffer.from(await subtle.sign(hmac, key, bytes)).toString("base64url")}`;
    }
    const key = lies.signing === "own" ? keys.privateKey : stranger.privateKey;
    return `${text}.${Buffer.from(await subtle.sign(algorithm, key, bytes)).toString("base64url")}`;
  };

  return {
    settings,
    lies,
    honest,
    exchanges,
    authorize(url, change = {}) {
      const start = new URL(url).searchParams;
      const code = crypto.randomUUID();
      asked.set(code, start);
      const back = new URL(start.get("redirect_uri") ?? "");
      const sent = { code, state: start.get("state") ?? "", iss: issuer, ...change };
      for (const [name, value] of Object.entries(sent)) {
        if (value !== "") back.searchParams.set(name, value);
      }
      return back.href;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function rsa() {
  const options = { ...algorithm, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
  return subtle.generateKey(options, true, ["sign", "verify"]);
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
