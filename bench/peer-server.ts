import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../e2e/harness/process.ts";
import { until } from "../e2e/harness/screen.ts";
import type { Requests } from "./wrk.ts";

const program = join("node_modules", ".cache/peer/peer");

type Answer = Readonly<{ keys?: string[]; root_token?: string; auth?: { client_token?: string } }>;

/** Starts a peer (`bench/peer`) on files of its own, which `stop` removes. `audit`: it writes a file of every request. */
export async function startPeer({ audit }: { audit: boolean }) {
  const folder = mkdtempSync(join(tmpdir(), "portafilter-peer-"));
  const child = spawn(program, ["-data", folder, "-cluster-port", await freePort()], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  process.once("exit", () => child.kill("SIGKILL"));
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    exited.then(() => Promise.reject(new Error("the peer did not start"))),
  ])) as [string];
  const address = new URL(/http:\S+/.exec(line)?.[0] ?? "");

  const call = async (path: string, body: object, token = ""): Promise<Answer> => {
    const response = await fetch(new URL(`/v1/${path}`, address), {
      method: "POST",
      headers: { "X-Vault-Token": token },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Answer);
  };
  const { keys, root_token: root = "" } = await call("sys/init", {
    secret_shares: 1,
    secret_threshold: 1,
  });
  await call("sys/unseal", { key: keys?.[0] });
  // A node that is alone elects itself within a few seconds, and KV v2 wants a moment of its own.
  const works = (path: string, body: object) => async () => {
    await call(path, body, root);
    return true;
  };
  const mount = { type: "kv", options: { version: "2" } };
  await until("the peer mounts KV", works("sys/mounts/secret", mount));
  await until("KV is there", works("secret/config", {}));
  if (audit) {
    const options = { file_path: join(folder, "audit.log") };
    await call("sys/audit/file", { type: "file", options }, root);
  }
  const policy = `path "secret/data/*" { capabilities = ["create", "read", "update"] }`;
  await call("sys/policies/acl/bench", { policy }, root);
  const made = await call("auth/token/create", { policies: ["bench"], ttl: "1h" }, root);
  const token = made.auth?.client_token ?? "";
  return {
    /** Writes a secret as one of those whom the requests are made for. */
    write: (person: number, name: string, value: string) =>
      call(`secret/data/${person}/${name}`, { data: { value } }, token),
    requests: (kind: "read" | "write", people: number, each: number): Requests => ({
      script: "bench/peer/requests.lua",
      args: [kind, address.host, token, `${people}`, `${each}`],
      address,
    }),
    async stop() {
      child.kill("SIGKILL");
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}
