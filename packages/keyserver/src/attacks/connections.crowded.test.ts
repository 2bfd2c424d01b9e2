import { writeFileSync } from "node:fs";
import { Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, request } from "node:https";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuthority } from "../testing/certificate.ts";
import { type Running, startForTest, temporaryFolder } from "../testing/harness.ts";

/** More than any limit there ever was. */
const many = 1_100;

/** Attack D11: the key server's connections are taken, and nothing is said on them. */
describe.each(["plain HTTP", "TLS"])("connections that say nothing, over %s", (protocol) => {
  const isTls = protocol === "TLS";
  const folder = temporaryFolder();
  const authority = createAuthority("test authority");
  const silent: Socket[] = [];
  const pool = { keepAlive: true, maxSockets: 1 };
  const newAgent = () =>
    isTls ? new Agent({ ...pool, ca: authority.own.cert }) : new PlainAgent(pool);
  const agent = newAgent();
  let running: Running;
  beforeAll(async () => {
    const write = (name: string, content: string) => {
      const path = join(folder.path, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    };
    const server = authority.issue("key server");
    const tls = {
      TLS_CERT_FILE: write("server.crt", server.cert),
      TLS_KEY_FILE: write("server.key", server.key),
    };
    running = await startForTest(folder.path, isTls ? tls : {});
  });
  afterAll(async () => {
    for (const socket of silent) socket.destroy();
    agent.destroy();
    await running.server.close();
    folder.remove();
  });

  /** Asks on a connection of this agent: status, and whether the connection was there before. */
  function ask(token: string, over: PlainAgent): Promise<[number, boolean]> {
    return new Promise((resolve, reject) => {
      const sent = (isTls ? request : plainRequest)(
        `${running.server.address}/v1/auth/token/lookup-self`,
        { agent: over, headers: { "X-Vault-Token": token } },
        (response) => {
          response.resume().once("end", () => {
            resolve([response.statusCode ?? 0, sent.reusedSocket]);
          });
        },
      );
      sent.on("error", reject).end();
    });
  }

  async function crowd(): Promise<void> {
    const { port, hostname } = new URL(running.server.address);
    const opened = () => {
      const socket = connect(Number(port), hostname).resume();
      silent.push(socket);
      return new Promise((resolve) => {
        socket.once("connect", resolve).on("error", resolve);
      });
    };
    // Not all at once: the system's queue has room for 511.
    for (let wave = 0; wave < many; wave += 100) {
      await Promise.all(Array.from({ length: 100 }, opened));
    }
  }

  it("attack D11: keep out neither who is there with a token, nor who comes with one", async () => {
    expect(await ask(running.appToken, agent)).toEqual([200, false]);
    await crowd();
    expect(await ask(running.appToken, agent)).toEqual([200, true]);
    const another = newAgent();
    expect(await ask(running.operatorToken, another)).toEqual([200, false]);
    another.destroy();
    await expect.poll(() => silent.filter(({ closed }) => closed).length).toBeGreaterThan(800);
  });

  it("count as such once more where the token is no longer known", async () => {
    expect(await ask("wrong", agent)).toEqual([403, true]);
    await crowd();
    expect(await ask(running.appToken, agent)).toEqual([200, false]);
  });
});
