import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";

test.for<[string, string | undefined, string | null, number, string]>([
  ["the connection's, without proxies", "192.0.2.1", null, 0, "192.0.2.1"],
  ["D6: a header is not believed without proxies", "192.0.2.1", "198.51.100.9", 0, "192.0.2.1"],
  ["behind one proxy, what it added", "127.0.0.1", "198.51.100.9", 1, "198.51.100.9"],
  ["D6: not what came before that", "127.0.0.1", "203.0.113.7, 198.51.100.9", 1, "198.51.100.9"],
  ["behind two", "127.0.0.1", "6.6.6.6, 198.51.100.9, 10.0.0.1", 2, "198.51.100.9"],
  ["a request that came past the proxies", "192.0.2.1", null, 1, "unknown"],
  ["fewer entries than proxies", "192.0.2.1", "198.51.100.9", 2, "unknown"],
  ["nonsense from a proxy", "192.0.2.1", "canary\r\n", 1, "unknown"],
  ["IPv4 in IPv6", "::ffff:192.0.2.1", null, 0, "192.0.2.1"],
  ["D6: IPv6 by its /64", "2001:db8:1:2:3:4:5:6", null, 0, "2001:db8:1:2::/64"],
  ["IPv6 with zeros left out", "2001:db8::1", null, 0, "2001:db8:0:0::/64"],
  ["IPv6 with zeros at the end", "2001:db8:1:2::", null, 0, "2001:db8:1:2::/64"],
  ["IPv6 in other spelling", "2001:0DB8:0001:0002::9", null, 0, "2001:db8:1:2::/64"],
  ["IPv6 with a zone", "fe80::1%eth0", null, 0, "fe80:0:0:0::/64"],
  ["IPv6 with brackets and port", "127.0.0.1", "[2001:db8::1]:4711", 1, "2001:db8:0:0::/64"],
  ["IPv4 with port", "127.0.0.1", "198.51.100.9:4711", 1, "198.51.100.9"],
  ["no connection (in process)", undefined, null, 0, "unknown"],
])("%s", ([, connection, forwarded, proxies, expected]) => {
  expect(clientAddress(connection, forwarded, proxies)).toBe(expected);
});
