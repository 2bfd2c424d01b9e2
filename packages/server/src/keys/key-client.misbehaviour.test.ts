import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeyFailure } from "./failure.ts";
import { canary, clientFor, failureOf, sealAnything, showsSecret } from "./testing/client.ts";
import {
  answerJson,
  type Behaviour,
  derivedKey,
  type FakeKeyServer,
  sane,
  startFakeKeyServer,
} from "./testing/fake-key-server.ts";

/** Attack F3: a key server that is down, sealed, broken or lying. */
const key = Buffer.from(canary.key).toString("base64");
const owned = { userId: "ann", wrapped: `vault:v1:${key}` };
const html = "<html><body>502 Bad Gateway</body></html>";
const failures = 3;
const rest = 2_000;

const raw =
  (text: string): Behaviour =>
  (response) => {
    response.socket?.end(text);
  };
const text =
  (status: number, content: string): Behaviour =>
  (response) => {
    response.writeHead(status).end(content);
  };
const plaintext = (value: unknown) => answerJson(200, { data: { plaintext: value } });

let server: FakeKeyServer;
beforeEach(async () => {
  server = await startFakeKeyServer();
});
afterEach(() => server.stop());

const quickly: [name: string, reason: KeyFailure, behaviour: Behaviour][] = [
  ["hangs up without an answer", "unreachable", (response) => response.destroy()],
  ["does not speak HTTP", "unreachable", raw("SSH-2.0-OpenSSH_9.9\r\n")],
  ["answers a header of 1 MB", "unreachable", raw(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(1e6)}\r\n`)],
  [
    "changes the protocol",
    "unreachable",
    raw("HTTP/1.1 101 OK\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
  ],
  [
    "breaks off in its answer",
    "unreachable",
    (response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write(`{"data":{"plaintext":"${key}"`, () => response.destroy());
    },
  ],
  ["is sealed", "sealed", answerJson(503, { errors: ["Vault is sealed"] })],
  ["asks to be left alone", "throttled", answerJson(429, { errors: ["request rate exceeded"] })],
  ["fails", "failed", answerJson(500, { errors: ["internal error"] })],
  ["stands behind a proxy that fails", "failed", text(502, html)],
  ["answers HTML", "nonsense", text(200, html)],
  ["answers nothing", "nonsense", text(200, "")],
  ["answers 204", "nonsense", text(204, "")],
  ["answers 206", "nonsense", answerJson(206, { data: { plaintext: key } })],
  ["answers half of its JSON", "nonsense", text(200, `{"data":{"plaintext":"${key}`)],
  ["answers JSON that is no object", "nonsense", text(200, `"${key}"`)],
  ["answers JSON of great depth", "nonsense", text(200, "[".repeat(200_000))],
  [
    "reports errors with status 200",
    "nonsense",
    answerJson(200, { errors: ["permission denied"] }),
  ],
  [
    "reports errors and success at once",
    "nonsense",
    answerJson(200, { errors: ["x"], data: { plaintext: key } }),
  ],
  ["wraps its answer", "nonsense", answerJson(200, { data: null, wrap_info: { token: "t" } })],
  ["gives no key", "nonsense", answerJson(200, { data: {} })],
  ["gives a key that is too short", "nonsense", plaintext("A".repeat(40))],
  ["gives a key that is too long", "nonsense", plaintext(`${key.slice(0, -1)}AAAAA=`)],
  ["gives a key that is not base64", "nonsense", plaintext(`${"!".repeat(43)}=`)],
  ["gives a key with stray bits", "nonsense", plaintext(`${key.slice(0, -2)}V=`)],
  ["gives a key that is no text", "nonsense", plaintext([...canary.key])],
  ["tells to look elsewhere", "nonsense", redirect],
  ["answers without end", "nonsense", endless],
];

function redirect(...[response, request]: Parameters<Behaviour>): void {
  // Somewhere that would answer soundly.
  response.writeHead(307, { location: `${request.url ?? ""}?elsewhere` }).end();
}

function endless(...[response]: Parameters<Behaviour>): void {
  const block = Buffer.alloc(64 * 1024, " ");
  const fill = () => {
    while (!response.destroyed && response.write(block));
  };
  response.writeHead(200).on("drain", fill);
  fill();
}

describe("F3: a key server that misbehaves", () => {
  it.each(quickly)(
    "%s: %s, once, then it is left alone, and used again",
    async (_, reason, behaviour) => {
      const client = clientFor(server.origin, {}, { failures, rest });
      expect(await client.transit.unwrap(owned)).toEqual(canary.key);

      server.behaviour = behaviour;
      const before = server.seen.length;
      for (let call = 1; call <= failures; call++) {
        const failure = await failureOf(client.transit.unwrap(owned));
        expect(failure.reason).toBe(reason);
        expect(failure.code).toBe("secret_unavailable");
        expect(showsSecret(failure)).toBe(false);
      }
      // One request for each call; one more where a kept connection turned out to be dead.
      const sent = server.seen.length - before;
      expect(sent).toBeGreaterThanOrEqual(failures);
      expect(sent).toBeLessThanOrEqual(failures + 1);
      expect(server.seen.filter(({ path }) => path.includes("elsewhere"))).toEqual([]);

      const storm = Array.from({ length: 50 }, () => failureOf(client.transit.unwrap(owned)));
      expect(new Set((await Promise.all(storm)).map((one) => one.reason))).toEqual(
        new Set(["resting"]),
      );
      expect(server.seen.length - before).toBe(sent);

      server.behaviour = sane;
      client.advance(rest);
      expect(await client.transit.unwrap(owned)).toEqual(canary.key);
      expect(showsSecret(client.logged)).toBe(false);
      expect(client.logged).toContainEqual([
        expect.objectContaining({ reason }),
        expect.any(String),
      ]);
      client.close();
    },
  );

  it("is not there, comes back, and is used again", async () => {
    const client = clientFor(server.origin, {}, { failures, rest });
    await client.transit.unwrap(owned);
    await server.stop();
    for (let call = 1; call <= failures; call++) {
      expect((await failureOf(client.transit.unwrap(owned))).reason).toBe("unreachable");
    }
    expect((await failureOf(client.transit.unwrap(owned))).reason).toBe("resting");
    await server.start();
    client.advance(rest);
    expect(await client.transit.unwrap(owned)).toEqual(canary.key);
    client.close();
  });

  it("was started again between two calls, and nobody notices", async () => {
    const client = clientFor(server.origin);
    await client.transit.unwrap(owned);
    await server.stop();
    await server.start();
    expect(await client.transit.unwrap(owned)).toEqual(canary.key);
    client.close();
  });

  it("hung up just when a request came over a kept connection: it is sent once more", async () => {
    const client = clientFor(server.origin);
    await client.transit.unwrap(owned);
    const before = server.seen.length;
    server.behaviour = (response) => {
      server.behaviour = sane;
      response.destroy();
    };
    expect(await client.transit.unwrap(owned)).toEqual(canary.key);
    expect(server.seen.length - before).toBe(2);
    client.close();
  });

  it("answers without end: the connection is closed at once", async () => {
    const client = clientFor(server.origin, { timeout: 60_000 });
    const closed = Promise.withResolvers<unknown>();
    server.behaviour = (response, request, body) => {
      closed.resolve(once(response, "close"));
      endless(response, request, body);
    };
    expect((await failureOf(client.transit.unwrap(owned))).reason).toBe("nonsense");
    await closed.promise;
    client.close();
  });

  it("lost its connections without a word: the first failure closes all that are idle", async () => {
    const client = clientFor(server.origin, { timeout: 1_000 });
    const dead = new Set<unknown>();
    const both = Promise.withResolvers<undefined>();
    server.behaviour = (response, request, body) => {
      dead.add(request.socket);
      if (dead.size === 2) both.resolve(undefined);
      void both.promise.then(() => {
        sane(response, request, body);
      });
    };
    await Promise.all([client.transit.unwrap(owned), client.transit.unwrap(owned)]);
    server.behaviour = (response, request, body) => {
      if (!dead.has(request.socket)) sane(response, request, body);
    };
    expect((await failureOf(client.transit.unwrap(owned))).reason).toBe("late");
    expect(await client.transit.unwrap(owned)).toEqual(canary.key);
    client.close();
  });

  it.each<[string, Behaviour]>([
    ["never answers", () => undefined],
    ["never ends its header", (response) => response.socket?.write("HTTP/1.1 200 OK\r\nX: ")],
    [
      "sends a byte now and then",
      (response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(" "), 20);
        response.on("close", () => {
          clearInterval(drip);
        });
      },
    ],
  ])("%s: it is given up at the deadline, and the connection closed", async (_, behaviour) => {
    const client = clientFor(server.origin, { timeout: 1_000 }, { failures: 2, rest });
    await client.transit.unwrap(owned);
    const closed: Promise<unknown>[] = [];
    server.behaviour = (response, request, body) => {
      closed.push(once(response, "close"));
      behaviour(response, request, body);
    };
    for (let call = 1; call <= 2; call++) {
      expect((await failureOf(client.transit.unwrap(owned))).reason).toBe("late");
    }
    await Promise.all(closed);
    expect(closed).toHaveLength(2);
    expect((await failureOf(client.transit.unwrap(owned))).reason).toBe("resting");
    client.close();
  });

  it("takes connections and never reads: it is given up at the deadline", async () => {
    const deaf = createServer().listen(0, "127.0.0.1");
    await once(deaf, "listening");
    const address = deaf.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const client = clientFor(`http://127.0.0.1:${port ?? 0}`, { timeout: 200 });
    expect((await failureOf(client.transit.unwrap(owned))).reason).toBe("late");
    client.close();
    deaf.close();
  });

  it.each<[string, object]>([
    ["another version than it says", { ciphertext: `vault:v2:${key}`, key_version: 1 }],
    ["a version that is no number", { ciphertext: `vault:v1:${key}`, key_version: "1" }],
    ["version 0", { ciphertext: `vault:v0:${key}`, key_version: 0 }],
    ["no ciphertext", { key_version: 1 }],
    ["a ciphertext without prefix", { ciphertext: key, key_version: 1 }],
    ["a ciphertext with a line in it", { ciphertext: `vault:v1:\n${key}`, key_version: 1 }],
    ["a ciphertext without end", { ciphertext: `vault:v1:${"A".repeat(2000)}`, key_version: 1 }],
  ])("wraps under %s: refused", async (_, data) => {
    server.behaviour = answerJson(200, { data });
    const client = clientFor(server.origin);
    const failure = await failureOf(client.transit.wrap("ann", canary.key));
    expect(failure.reason).toBe("nonsense");
    expect(showsSecret(failure)).toBe(false);
    client.close();
  });

  it("gives back another key than it wrapped: it is not used", async () => {
    server.behaviour = (response, request, body) => {
      const lie = plaintext(Buffer.alloc(32, 1).toString("base64"));
      (request.url?.includes("decrypt") ? lie : sane)(response, request, body);
    };
    const client = clientFor(server.origin);
    expect((await failureOf(client.dataKeys.create("ann", sealAnything))).reason).toBe("nonsense");
    client.close();
  });
});

describe("what a key server refuses", () => {
  it.each<[KeyFailure, number, string]>([
    ["denied", 403, "permission denied"],
    ["not_authentic", 400, "cipher: message authentication failed"],
    ["not_authentic", 400, "invalid ciphertext: could not decode base64"],
    ["rejected", 400, "encryption key not found"],
    ["rejected", 404, ""],
    ["rejected", 413, "http: request body too large"],
  ])(
    "is told apart in the log (%s: %i %s), and cuts nobody else off",
    async (reason, status, says) => {
      server.behaviour = (response, request, body) => {
        const isForged = body.context === Buffer.from("mallory").toString("base64");
        (isForged ? answerJson(status, { errors: [says, key] }) : sane)(response, request, body);
      };
      const client = clientFor(server.origin, {}, { failures, rest });
      for (let call = 0; call < failures * 3; call++) {
        const failure = await failureOf(client.transit.unwrap({ ...owned, userId: "mallory" }));
        expect([failure.reason, failure.status]).toEqual([reason, status]);
        expect(showsSecret(failure)).toBe(false);
      }
      expect(await client.transit.unwrap(owned)).toEqual(canary.key);
      expect(showsSecret(client.logged)).toBe(false);
      client.close();
    },
  );

  it.each([
    "",
    "plain text",
    "vault:v1:",
    "vault:v1:a b",
    "vault:v-1:AAAA",
    `vault:v1:${"A".repeat(1100)}`,
  ])("is not even asked about what cannot be a wrapped key: %.20s", async (wrapped) => {
    const client = clientFor(server.origin);
    const failure = await failureOf(client.transit.unwrap({ userId: "ann", wrapped }));
    expect(failure.reason).toBe("not_authentic");
    expect(server.seen).toEqual([]);
    client.close();
  });

  it.each(["", "\ud800"])("is not asked for users who have no context: %j", async (userId) => {
    const client = clientFor(server.origin);
    await expect(client.transit.wrap(userId, canary.key)).rejects.toThrow(RangeError);
    await expect(client.transit.unwrap({ ...owned, userId })).rejects.toThrow(RangeError);
    await expect(client.transit.createDataKey(userId)).rejects.toThrow(RangeError);
    await expect(client.transit.rewrap([{ ...owned, userId }])).rejects.toThrow(RangeError);
    expect(server.seen).toEqual([]);
    client.close();
  });

  it("is denied when the token can no longer be read, and nothing is sent", async () => {
    const unreadable = () => {
      throw new Error("ENOENT");
    };
    const client = clientFor(server.origin, { token: unreadable });
    expect((await failureOf(client.transit.unwrap(owned))).reason).toBe("denied");
    expect(server.seen).toEqual([]);
    client.close();
  });
});

describe("the key-encryption key", () => {
  it.each([
    { type: "aes256-gcm96", derived: false, latest_version: 1, min_decryption_version: 1 },
    { type: "rsa-2048", derived: true, latest_version: 1, min_decryption_version: 1 },
  ])("must be one for each user, or nothing is wrapped: %j", async (data) => {
    server.aboutKey = answerJson(200, { data });
    const client = clientFor(server.origin);
    expect((await failureOf(client.transit.wrap("ann", canary.key))).reason).toBe("unsuitable_key");
    expect((await failureOf(client.transit.unwrap(owned))).reason).toBe("unsuitable_key");
    expect(server.seen.every(({ path }) => path === "/v1/transit/keys/portafilter")).toBe(true);
    server.aboutKey = derivedKey;
    expect(await client.transit.unwrap(owned)).toEqual(canary.key);
    client.close();
  });

  it("is looked at once, by many calls together", async () => {
    const client = clientFor(server.origin);
    await Promise.all(Array.from({ length: 10 }, () => client.transit.unwrap(owned)));
    expect(server.seen.filter(({ path }) => path.includes("/keys/"))).toHaveLength(1);
    client.close();
  });
});

describe("a request", () => {
  it("carries token and namespace in its headers, and the user as context", async () => {
    const client = clientFor(server.origin, { namespace: "team", mount: "t-2", key: "cafe" });
    await client.transit.unwrap({ ...owned, userId: "zoë" });
    const [about, request] = server.seen;
    expect([about?.path, request?.path]).toEqual(["/v1/t-2/keys/cafe", "/v1/t-2/decrypt/cafe"]);
    expect(request?.headers).toMatchObject({
      "x-vault-token": canary.token,
      "x-vault-namespace": "team",
      "x-vault-request": "true",
    });
    expect(JSON.parse(request?.body ?? "")).toEqual({
      ciphertext: owned.wrapped,
      context: "em/Dqw==",
    });
    client.close();
  });
});
