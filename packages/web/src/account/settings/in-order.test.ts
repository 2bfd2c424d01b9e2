import { expect, test } from "vitest";
import { devicesInOrder, passkeysInOrder } from "./in-order.ts";

const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id).join(" ");

test("this device is first, the others are as they were last used", () => {
  const devices = [
    { id: "old", current: false, lastSeenAt: "2026-01-01T10:00:00.000Z" },
    { id: "new", current: false, lastSeenAt: "2026-03-01T10:00:00.000Z" },
    { id: "this", current: true, lastSeenAt: "2026-02-01T10:00:00.000Z" },
    { id: "newest", current: false, lastSeenAt: "2026-03-01T10:00:00.500Z" },
  ];
  expect(idsOf(devicesInOrder(devices))).toBe("this newest new old");
});

test("the passkey that was added last is first", () => {
  const passkeys = [
    { id: "first", createdAt: "2026-01-01T10:00:00.000Z" },
    { id: "last", createdAt: "2026-02-01T10:00:00.000Z" },
  ];
  expect(idsOf(passkeysInOrder(passkeys))).toBe("last first");
});
