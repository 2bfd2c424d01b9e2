import { randomBytes } from "node:crypto";
import {
  everything,
  type Received,
  type Running,
  type Sent,
  send,
  startForTest,
  temporaryFolder,
} from "../testing/harness.ts";

/** A server that claims to speak Transit. */
export type Target = {
  readonly name: "ours" | "openbao";
  /** A token that may do everything. */
  readonly rootToken: string;
  /** Where Transit is mounted. */
  readonly mount: string;
  /** A name for a policy that nobody else uses; it begins with `app`. */
  readonly policy: string;
  readonly request: (method: string, path: string, sent?: Sent) => Promise<Received>;
  close(): Promise<void>;
};

/** Our key server, fresh and in this process. */
export async function startOurs(): Promise<Target> {
  const folder = temporaryFolder();
  const running: Running = await startForTest(folder.path, { KEYSERVER_KEY: "zz-the-apps" });
  const rootToken = await running.tokenWith(everything);
  // Tests count the keys there are.
  const path = "/v1/transit/keys/zz-the-apps";
  const token = running.operatorToken;
  await running.request("POST", `${path}/config`, { token, body: { deletion_allowed: true } });
  await running.request("DELETE", path, { token });
  return {
    name: "ours",
    rootToken,
    mount: "transit",
    policy: "app",
    request: running.request,
    close: async () => {
      await running.server.close();
      folder.remove();
    },
  };
}

/** A real OpenBao or Vault, with Transit mounted at a path of its own; null unless the environment names one. */
export async function connectOpenBao(env: NodeJS.ProcessEnv): Promise<Target | null> {
  const { BAO_ADDR: address, BAO_TOKEN: rootToken } = env;
  if (!address || !rootToken) return null;
  const mount = `conformance-${randomBytes(4).toString("hex")}`;
  const policy = `app-${mount}`;
  const request: Target["request"] = (method, path, sent) => send(address, method, path, sent);
  const mountPath = `/v1/sys/mounts/${mount}`;
  const mounted = await request("POST", mountPath, { token: rootToken, body: { type: "transit" } });
  if (mounted.status !== 204) throw new Error(`cannot mount transit: ${mounted.text}`);
  return {
    name: "openbao",
    rootToken,
    mount,
    policy,
    request,
    close: async () => {
      await request("DELETE", mountPath, { token: rootToken });
      await request("DELETE", `/v1/sys/policies/acl/${policy}`, { token: rootToken });
    },
  };
}
