import { hash, verify } from "@node-rs/argon2";
import { createGate } from "../../gate.ts";
import { Problem } from "../../problem.ts";
import { isCommonPassword } from "./common-passwords.ts";

/** RFC 9106 and OWASP: argon2id with 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** The library's number for argon2id, its default: an enum of types has no value at run time. */
const current = `$argon2id$v=19$m=${String(parameters.memoryCost)},t=${String(parameters.timeCost)},p=${String(parameters.parallelism)}$`;
/**
 * What a password is held against where there is no hash: as much work, and no. It is none that was
 * computed, so there is nothing that could fail on the way to it.
 */
const nobodys = `${current}${"A".repeat(22)}$${"A".repeat(43)}`;
/** Threads of the process that hash at once, so that files and names are still read meanwhile. */
const atOnce = 2;
/**
 * How many may be in line before another one joins; each visitor behind them would wait for seconds. New
 * passwords leave room for those that sign in: anybody may sign up, and wrong passwords are counted.
 */
const mostWaiting = { hash: 100, verify: 200 } as const;
const shortest = 8;
const longest = 256;

export type Passwords = Readonly<{
  /** @throws Problem `password_refused` for one that is too short, too long or too common. */
  check: (password: string) => void;
  /**
   * Secret material goes in, a PHC string comes out.
   * @throws Problem `password_refused` as `check`; `rate_limited` when too many are in line.
   */
  hash: (password: string) => Promise<string>;
  /**
   * Whether the password belongs to the hash. Without a hash the answer is no, after the same work,
   * so that the time does not tell whether there is an account.
   * @throws Problem `rate_limited` when too many are in line.
   */
  verify: (password: string, hash: string | null) => Promise<boolean>;
  /** Whether a hash was made with other parameters than today's. */
  isOutdated: (hash: string) => boolean;
}>;

/** Hashing of passwords. Composed characters are one (NFC); nothing else about a password is changed. */
export function createPasswords(work: Work = argon2): Passwords {
  const gate = createGate(atOnce);
  let waiting = 0;
  const inTurn = async <T>(kind: keyof Work, job: () => Promise<T>): Promise<T> => {
    if (waiting >= mostWaiting[kind]) throw new Problem("rate_limited");
    waiting += 1;
    try {
      return await gate(job);
    } finally {
      waiting -= 1;
    }
  };
  const check = (text: string) => {
    if (!isAcceptable(text)) throw new Problem("password_refused");
  };
  return {
    check: (password) => {
      check(password.normalize("NFC"));
    },
    hash: async (password) => {
      const text = password.normalize("NFC");
      check(text);
      return inTurn("hash", () => work.hash(text));
    },
    verify: async (password, known) => {
      const text = password.normalize("NFC");
      const isRight = await inTurn("verify", () => work.verify(known ?? nobodys, text));
      return isRight && known !== null;
    },
    isOutdated: (known) => !known.startsWith(current),
  };
}

/** The two costly functions, so that tests can count how often they run. */
export type Work = Readonly<{
  hash: (password: string) => Promise<string>;
  verify: (hash: string, password: string) => Promise<boolean>;
}>;

export const argon2: Work = {
  hash: (password) => hash(password, parameters),
  verify: (known, password) => verify(known, password),
};

function isAcceptable(password: string): boolean {
  const length = Array.from(password).length;
  return (
    password.isWellFormed() &&
    length >= shortest &&
    length <= longest &&
    !isCommonPassword(password)
  );
}
