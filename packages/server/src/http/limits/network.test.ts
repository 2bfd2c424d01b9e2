import { expect, test } from "vitest";
import { clientAddress } from "../client-address.ts";
import { networkOf } from "./network.ts";

test.each([
  ["2001:db8:1:2::3", "2001:db8:1::/48"],
  ["2001:db8:1:ffff:1:2:3:4", "2001:db8:1::/48"],
  ["2001:DB8:0001::", "2001:db8:1::/48"],
  ["::1", "0:0:0::/48"],
  ["192.0.2.1", null],
  ["::ffff:192.0.2.1", null],
  ["nobody's", null],
])("%s is counted in %s besides", (address, network) => {
  expect(networkOf(clientAddress(address, null, 0))).toBe(network);
});
