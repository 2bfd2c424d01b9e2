import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KeyServerConfig, readKeyServerConfig } from "../config.ts";
import { type KeyServer, type StartOptions, startKeyServer } from "../key-server.ts";

/** An answer as it came over the wire. */
export type Received = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  readonly json: unknown;
};

/** What a test may say of a request. */
export type Sent = {
  readonly token?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: unknown;
  /** Instead of `body`: sent as it is. */
  readonly raw?: string;
};

/** Sends one request, its path exactly as given. */
export function send(
  address: string | { readonly socketPath: string },
  method: string,
  path: string,
  { token, headers = {}, body, raw }: Sent = {},
): Promise<Received> {
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const where =
    typeof address === "string"
      ? { host: new URL(address).hostname, port: new URL(address).port }
      : address;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        ...where,
        method,
        path,
        headers: {
          ...(token === undefined ? {} : { "X-Vault-Token": token }),
          // Of a GET, Node would send the body without a word of its length.
          ...(content === undefined ? {} : { "Content-Length": Buffer.byteLength(content) }),
          ...headers,
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("error", reject);
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: parse(text),
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(content);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The `data` of an answer, which must have been a success. */
export function dataOf(received: Received): Record<string, unknown> {
  if (received.status !== 200) throw new Error(`status ${received.status}: ${received.text}`);
  return (received.json as { data: Record<string, unknown> }).data;
}

/** The first error of an answer, with its status. */
export function errorOf(received: Received): [number, string | undefined] {
  return [received.status, (received.json as { errors?: string[] } | undefined)?.errors?.[0]];
}

/** A folder that is gone after the test. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "portafilter-keys-"));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Settings for a server of a test's own. */
export function testConfig(folder: string, env: NodeJS.ProcessEnv = {}): KeyServerConfig {
  return readKeyServerConfig({ DATA_DIR: folder, KEYSERVER_PORT: "0", ...env });
}

/** A running key server and the tokens it made. */
export type Running = {
  readonly server: KeyServer;
  readonly config: KeyServerConfig;
  readonly appToken: string;
  readonly operatorToken: string;
  readonly request: (method: string, path: string, sent?: Sent) => Promise<Received>;
  /** Writes a policy and makes a token that has it alone. */
  readonly tokenWith: (policy: string, ttl?: string) => Promise<string>;
};

let policies = 0;

/** Starts a key server in a folder. The caller closes it. */
export async function startForTest(
  folder: string,
  env: NodeJS.ProcessEnv = {},
  options: StartOptions = {},
): Promise<Running> {
  const config = testConfig(folder, env);
  const server = await startKeyServer(config, options);
  const tokenFrom = (name: string) => readFileSync(join(config.folder, name), "utf8").trim();
  const operatorToken = tokenFrom("operator.token");
  const request: Running["request"] = (method, path, sent) =>
    send(server.address, method, path, sent);
  return {
    server,
    config,
    operatorToken,
    appToken: tokenFrom("app.token"),
    request,
    tokenWith: async (policy, ttl = "1h") => {
      policies += 1;
      const name = `test-${policies}`;
      const path = `/v1/sys/policies/acl/${name}`;
      const written = await request("PUT", path, { token: operatorToken, body: { policy } });
      if (written.status !== 204) throw new Error(written.text);
      const body = { policies: [name], ttl };
      const made = await request("POST", "/v1/auth/token/create", { token: operatorToken, body });
      return (made.json as { auth: { client_token: string } }).auth.client_token;
    },
  };
}

/** A policy that allows everything there is, as OpenBao's root token does. */
export const everything = ["transit", "sys", "auth", "nomount"]
  .map(
    (mount) =>
      `path "${mount}/*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }`,
  )
  .join("\n");
