import { expect, test, vi } from "vitest";
import type { AccountCalls } from "../api/account-calls.ts";
import { ApiError } from "../api/api-error.ts";
import { signInByPasskey } from "./passkey.ts";
import { wordsOf } from "./problem-words.ts";

vi.mock("@simplewebauthn/browser", () => ({
  browserSupportsWebAuthn: () => true,
  startAuthentication: () =>
    Promise.resolve({
      id: "AQ",
      rawId: "AQ",
      type: "public-key",
      clientExtensionResults: {},
      response: { clientDataJSON: "AQ", authenticatorData: "AQ", signature: "AQ" },
    }),
}));

/** What a person reads when the server answers a passkey with `code`. */
async function wordsFor(code: ConstructorParameters<typeof ApiError>[0]): Promise<string> {
  const calls = {
    signInOptions: () => Promise.resolve({}),
    signInWithPasskey: () => Promise.reject(new ApiError(code)),
  } as unknown as AccountCalls;
  return signInByPasskey(calls).then(() => "signed in", wordsOf);
}

test("a passkey that the server refuses is told as no account's, other failures as what they are", async () => {
  expect(await wordsFor("passkey_refused")).toContain("does not belong to an account here");
  expect(await wordsFor("database_unavailable")).toContain("database cannot be reached");
});
