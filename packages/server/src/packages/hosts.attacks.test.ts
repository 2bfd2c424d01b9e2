import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startUpstream, whole } from "../testing/upstream.ts";
import { hostsOf, wayTo } from "./hosts.ts";
import { externalLookup, isInternal } from "./internal-address.ts";
import { redirectTarget } from "./redirect.ts";
import { createUpstream } from "./upstream.ts";

const times = { connectTimeout: 5_000, idleTimeout: 5_000, downTime: 0 };

test.each([
  "127.0.0.1",
  "127.255.1.2",
  "0.0.0.0",
  "10.0.0.1",
  "172.31.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.169.254",
  "192.0.0.192",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "::ffff:169.254.169.254",
  "::127.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::7f00:1",
  "2002:7f00:1::",
  "2001::1",
  "fe80::1",
  "fe80::1%eth0",
  "fd00:ec2::254",
  "fc00::1",
  "fec0::1",
  "ff02::1",
  "4000::1",
  "",
  "nobody.test",
])("attack D19: %j is an address inside", (address) => {
  expect(isInternal(address)).toBe(true);
});

test.each(["1.1.1.1", "203.0.113.80", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])(
  "%s is an address outside",
  (address) => {
    expect(isInternal(address)).toBe(false);
  },
);

test("attack D19: only the operator's own hosts are asked, each as it was named", () => {
  const hosts = hostsOf("http://10.1.2.3:3141/simple/", [
    "files.test",
    "https://files.inside:8443",
  ]);
  const way = (url: string) => wayTo(new URL(url), hosts);
  expect(way("http://10.1.2.3:3141/files/x")).toBe("anywhere");
  expect(way("https://files.inside:8443/x")).toBe("anywhere");
  expect(way("https://files.test/x")).toBe("external");
  for (const url of [
    "http://10.1.2.3/x",
    "http://10.1.2.3:8200/v1/secret",
    "https://10.1.2.3/x",
    "http://files.test/x",
    "https://files.test:8443/x",
    "https://files.test@127.0.0.1/x",
    "https://me:pw@files.test/x",
    "https://files.test.evil.test/x",
    "https://files.test./x",
    "https://files.inside/x",
    "http://169.254.169.254/latest/meta-data",
    "http://0x7f.1/",
    "http://[::ffff:127.0.0.1]/",
    "file:///etc/passwd",
    "ftp://files.test/x",
  ]) {
    expect([url, way(url)]).toEqual([url, undefined]);
  }
});

test("attack D19: a redirect never leaves TLS, and one that leads nowhere is refused", () => {
  const from = new URL("https://index.test/simple/x/");
  expect(redirectTarget(from, "../y/").href).toBe("https://index.test/simple/y/");
  for (const location of [null, "http://index.test/x", "file:///etc/passwd", "https://"]) {
    expect(() => redirectTarget(from, location)).toThrow("where nobody should go");
  }
});

test("attack D19: a name that leads inside is not connected to, whatever it said before", async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const answers = [
    ["203.0.113.1", "127.0.0.1"],
    ["127.0.0.1"],
    ["::ffff:127.0.0.1"],
    ["169.254.169.254"],
    [],
  ];
  let asked = 0;
  const lookup = externalLookup((_, __, callback) => {
    const addresses = answers[asked++ % answers.length] ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  });
  const hosts = { origins: new Set<string>(), names: new Set([`files.test:${port}`]) };
  const upstream = createUpstream({ ...times, hosts, lookup });
  for (let times = 0; times < 5; times += 1) {
    await expect(upstream.get(`https://files.test:${port}/x`)).rejects.toThrow("internal address");
  }
  expect([asked, sockets.length]).toEqual([answers.length, 0]);
});

test("attack D19: redirects are followed by hand, a few of them, to our own hosts alone", async () => {
  const [own, other] = [await startUpstream(), await startUpstream()];
  onTestFinished(() => own.close());
  onTestFinished(() => other.close());
  const strange: string[] = [];
  const upstream = createUpstream({
    ...times,
    hosts: hostsOf(own.origin, []),
    onStrange: (host) => strange.push(host),
  });
  const leads = (path: string, location: string) =>
    own.routes.set(path, (_, response) => response.writeHead(302, { location }).end());
  own.routes.set("/there", whole(Buffer.from("there")));
  leads("/short", "/there");
  leads("/ring", "/ring");
  leads("/out", `${other.origin}/secret`);
  leads("/further", "/out");
  const answer = await upstream.get(`${own.origin}/short`);
  expect([answer.status, answer.url]).toEqual([200, `${own.origin}/there`]);
  await expect(upstream.get(`${own.origin}/ring`)).rejects.toThrow("redirects without end");
  expect(own.seen.filter(({ url }) => url === "/ring").length).toBeLessThan(10);
  for (const path of ["/out", "/further"]) {
    await expect(upstream.get(own.origin + path)).rejects.toThrow("none of the hosts");
  }
  await expect(upstream.get(`${other.origin}/secret`)).rejects.toThrow("none of the hosts");
  expect(other.seen).toEqual([]);
  expect(new Set(strange)).toEqual(new Set([new URL(other.origin).host]));
});
