import { api } from "@portafilter/protocol";
import type { AccountCalls } from "../api/account-calls.ts";
import { ApiError } from "../api/api-error.ts";

/** Why a passkey was not used; `cancelled` covers what browsers do not tell apart from it. */
export type PasskeyReason = "cancelled" | "unsupported" | "known" | "refused" | "failed";

/** A passkey could not be made or used in this browser, or the server did not take it. */
export class PasskeyError extends Error {
  override readonly name = "PasskeyError";
  readonly reason: PasskeyReason;

  constructor(reason: PasskeyReason, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

type Library = typeof import("@simplewebauthn/browser");

/** Loads what passkeys need; false where the browser or the address has none. */
export async function passkeysWork(): Promise<boolean> {
  return "PublicKeyCredential" in globalThis && (await library()).browserSupportsWebAuthn();
}

/** Whether the browser offers passkeys in the email field. */
export async function autofillWorks(): Promise<boolean> {
  return (await passkeysWork()) && (await library()).browserSupportsWebAuthnAutofill();
}

/**
 * Asks for a passkey and signs in with it; signed in already, the sign-in is fresh again. With
 * `autofill` it waits until the visitor picks one in a field marked `webauthn`, or until the signal.
 * Throws `PasskeyError`, or `ApiError`, or the signal's reason.
 */
export async function signInByPasskey(calls: AccountCalls, autofill?: AbortSignal): Promise<void> {
  const web = await library();
  const options = await calls.signInOptions();
  autofill?.throwIfAborted();
  autofill?.addEventListener("abort", () => {
    web.WebAuthnAbortService.cancelCeremony();
  });
  const answer = await ceremony(web, () =>
    web.startAuthentication({
      // The server's library wrote it and the browser judges it; we only carry it.
      optionsJSON: options,
      useBrowserAutofill: autofill !== undefined,
    }),
  );
  try {
    await calls.signInWithPasskey(answer);
  } catch (error) {
    const refused = error instanceof ApiError && error.code === "passkey_refused";
    throw refused ? new PasskeyError("refused") : error;
  }
}

/** Makes a passkey for the account that is signed in. Throws `PasskeyError`, or `ApiError`. */
export async function addPasskey(calls: AccountCalls): Promise<void> {
  const web = await library();
  const options = await calls.registerOptions();
  const answer = await ceremony(web, () =>
    web.startRegistration({ optionsJSON: options as never }),
  );
  await calls.register(answer);
}

function library(): Promise<Library> {
  return import("@simplewebauthn/browser");
}

async function ceremony(web: Library, run: () => Promise<unknown>): Promise<api.PasskeyResponse> {
  if (!web.browserSupportsWebAuthn()) throw new PasskeyError("unsupported");
  let answer: unknown;
  try {
    answer = await run();
  } catch (error) {
    throw new PasskeyError(reasonOf(error), { cause: error });
  }
  const parsed = api.passkeyResponse.safeParse(answer);
  if (!parsed.success) throw new PasskeyError("failed");
  return parsed.data;
}

function reasonOf(error: unknown): PasskeyReason {
  if (!(error instanceof Error)) return "failed";
  if (error.name === "NotAllowedError" || error.name === "AbortError") return "cancelled";
  if (error.name === "InvalidStateError") return "known";
  if (error.name === "NotSupportedError" || error.name === "SecurityError") return "unsupported";
  return "failed";
}
