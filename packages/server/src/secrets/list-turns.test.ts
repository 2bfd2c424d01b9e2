import { expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import { createWorld, listed, stored } from "./testing/world.ts";

describeDatabases("lists of an account", (open) => {
  test("D10: of forty at once some are refused, and none of anybody else", async () => {
    const w = await createWorld(await open());
    await stored(w, "ada", "KEY");
    await stored(w, "bob", "KEY");
    const many = Array.from({ length: 40 }, () => w.ask("ada", "GET", "/secrets"));
    const bobs = await listed(w, "bob");
    expect(bobs).toHaveLength(1);
    const codes = (await Promise.all(many)).map(({ code }) => code ?? "answered");
    expect(new Set(codes)).toEqual(new Set(["answered", "rate_limited"]));
    expect(codes.filter((code) => code === "answered")).toHaveLength(21);
    expect(await listed(w, "ada")).toHaveLength(1);
  });
});
