import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { argon2, createPasswords } from "./passwords.ts";

describe("passwords", () => {
  test("are hashed by argon2id with today's parameters, each with its own salt", async () => {
    const passwords = createPasswords();
    const [one, two] = [
      await passwords.hash("Analytical Engine"),
      await passwords.hash("Analytical Engine"),
    ];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(one).not.toBe(two);
    expect(passwords.isOutdated(one)).toBe(false);
    expect(await passwords.verify("Analytical Engine", one)).toBe(true);
    expect(await passwords.verify("analytical Engine", one)).toBe(false);
  });

  test("hashes of other parameters and kinds are outdated, and still verified", async () => {
    const { hash } = await import("@node-rs/argon2");
    const passwords = createPasswords();
    const old = await hash("Analytical Engine", { memoryCost: 8192, timeCost: 1, parallelism: 1 });
    expect(passwords.isOutdated(old)).toBe(true);
    expect(await passwords.verify("Analytical Engine", old)).toBe(true);
  });

  test("without a hash the answer is no, after one verification", async () => {
    let verified = 0;
    const passwords = createPasswords({
      ...argon2,
      verify: (hash, password) => {
        verified += 1;
        return argon2.verify(hash, password);
      },
    });
    expect(await passwords.verify("no password has this hash", null)).toBe(false);
    expect(verified).toBe(1);
  });

  test("without a hash the work is that of today's parameters", async () => {
    const held: string[] = [];
    const passwords = createPasswords({
      ...argon2,
      verify: (hash) => {
        held.push(hash);
        return Promise.resolve(true);
      },
    });
    expect(await passwords.verify("Analytical Engine", null)).toBe(false);
    expect(held.map((hash) => passwords.isOutdated(hash))).toEqual([false]);
    // The library takes it for a hash, and does the work.
    expect(await argon2.verify(held[0] ?? "", "Analytical Engine")).toBe(false);
  });

  test.each([
    ["seven characters", "1a!B2c#"],
    ["seven characters in fourteen", "🔑".repeat(7)],
    ["too many", "x".repeat(257)],
    ["a common one", "1q2w3e4r5t"],
    ["a common one in capitals", "QWERTYUIOP"],
    ["half of a character", "Analytical \ud800 Engine"],
  ])("%s are refused", (_name, password) => {
    expect(() => {
      createPasswords().check(password);
    }).toThrow(expect.objectContaining({ code: "password_refused" }));
  });

  test("every one of the most used is refused, and the list is whole", () => {
    const file = new URL("common-passwords.txt", import.meta.url);
    const common = readFileSync(file, "utf8").trimEnd().split("\n");
    // As many as Django's list has of eight characters and more; the others fail by their length.
    expect(new Set(common).size).toBe(8354);
    const { check } = createPasswords();
    const accepted = common.filter((password) => {
      try {
        check(password);
        return true;
      } catch {
        return false;
      }
    });
    expect(accepted).toEqual([]);
    expect(common.filter((password) => Array.from(password).length < 8)).toEqual([]);
  });

  test.each(["12 monkeys!", "🔑".repeat(8), "x".repeat(256), "        ", "пароль-пароль"])(
    "%j is as good as any",
    (password) => {
      expect(() => {
        createPasswords().check(password);
      }).not.toThrow();
    },
  );

  test("a flood is refused instead of waited for", async () => {
    const passwords = createPasswords({
      ...argon2,
      hash: () => new Promise((resolve) => setTimeout(resolve, 50, "done")),
    });
    const all = await Promise.allSettled(
      Array.from({ length: 250 }, () => passwords.hash("Analytical Engine")),
    );
    expect(all.filter(({ status }) => status === "rejected")).toHaveLength(150);
  });

  test("a flood of sign-ups leaves room for sign-ins, which have an end too", async () => {
    const release = Promise.withResolvers<string>();
    const passwords = createPasswords({
      hash: () => release.promise,
      verify: () => Promise.resolve(true),
    });
    const of = (count: number, one: () => Promise<unknown>) =>
      Promise.allSettled(Array.from({ length: count }, one));
    const signUps = of(150, () => passwords.hash("Analytical Engine"));
    const signIns = of(150, () => passwords.verify("Analytical Engine", "a hash"));
    release.resolve("done");
    const refused = async (all: typeof signUps) =>
      (await all).filter(({ status }) => status === "rejected").length;
    expect([await refused(signUps), await refused(signIns)]).toEqual([50, 50]);
  });

  test("a flood at the first sign-in spoils none of those that come after it", async () => {
    const release = Promise.withResolvers<boolean>();
    const passwords = createPasswords({ ...argon2, verify: () => release.promise });
    const verify = (hash: string | null) => passwords.verify("a password", hash);
    const flood = Array.from({ length: 200 }, () => verify("somebody's"));
    const refused = expect.objectContaining({ code: "rate_limited" }) as unknown;
    await expect(verify(null)).rejects.toEqual(refused);
    await expect(verify("somebody's")).rejects.toEqual(refused);
    release.resolve(false);
    await Promise.all(flood);
    expect(await verify(null)).toBe(false);
  });
});
