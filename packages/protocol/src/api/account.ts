import * as z from "zod/mini";
import { databaseId, moment } from "./parts.ts";

const email = z.string().check(z.maxLength(254));
/** Longer than a password may be, so that one that is too long is refused as a password. */
const password = z.string().check(z.maxLength(1024));

/**
 * A header that names the account a request is meant for: somebody else may have signed in meanwhile, in
 * another tab, and the cookie is theirs then. Absent: of whoever is signed in.
 */
export const accountHeader = "portafilter-account";

/** `GET /api/v1/session`: always 200, so that a stranger's page learns nothing from the status. */
export const sessionAnswer = z.strictObject({
  user: z.nullable(
    z.strictObject({ id: databaseId, email, hasPassword: z.boolean(), passkeys: z.int() }),
  ),
  /** Whether the sign-in is young enough to reveal values (10 minutes). */
  fresh: z.boolean(),
  /** What this server offers. `mail`: whether it can send some. `accounts`: whether there is a key server. */
  offers: z.strictObject({
    accounts: z.boolean(),
    mail: z.boolean(),
    providers: z.array(z.strictObject({ id: databaseId, name: z.string() })),
  }),
});
export type SessionAnswer = z.infer<typeof sessionAnswer>;

/** `POST /api/v1/account/sign-up`. `check_mail`: a link was sent, whether or not the address was free. */
export const signUp = z.strictObject({ email, password });
export const signUpAnswer = z.strictObject({ next: z.enum(["signed_in", "check_mail"]) });
/** `POST /api/v1/account/sign-in` */
export const signIn = z.strictObject({ email, password });
/** `POST /api/v1/account/confirm`: makes the sign-in fresh again. */
export const confirm = z.strictObject({ password });
/** `POST /api/v1/account/forgot` */
export const forgot = z.strictObject({ email });
/** `POST /api/v1/account/reset`: with the token of a link. */
export const reset = z.strictObject({ token: z.string().check(z.maxLength(512)), password });
/** `POST /api/v1/account/verify-email`: with the token of a link. */
export const verifyEmail = z.strictObject({ token: z.string().check(z.maxLength(2048)) });
/** `POST /api/v1/account/password` */
export const changePassword = z.strictObject({ current: password, next: password });
/** `POST /api/v1/account/email` */
export const changeEmail = z.strictObject({ email });
/** `check_mail`: a link was sent to the new address, which counts once it was followed. */
export const changeEmailAnswer = z.strictObject({ next: z.enum(["changed", "check_mail"]) });
/** `POST /api/v1/account/delete`: needs a fresh sign-in. */
export const deleteAccount = z.strictObject({ email });

/** `GET /api/v1/account/devices` */
export const deviceList = z.strictObject({
  devices: z.array(
    z.strictObject({
      id: databaseId,
      /** Browser and system in words. */
      device: z.string(),
      startedAt: moment,
      lastSeenAt: moment,
      current: z.boolean(),
    }),
  ),
});
/** `GET /api/v1/account/passkeys` */
export const passkeyList = z.strictObject({
  passkeys: z.array(z.strictObject({ id: databaseId, name: z.string(), createdAt: moment })),
});

/** Bytes of JSON that a passkey's ceremony may take; attestations with chains stay well below. */
const ceremony = 32 * 1024;
const isSmall = z.refine((value: unknown) => JSON.stringify(value).length <= ceremony);
const base64url = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,24000}$/));

/**
 * `POST /api/v1/account/passkeys/{register-options,sign-in-options}`: WebAuthn's
 * `PublicKeyCredential{Creation,Request}OptionsJSON`, which the browser reads and judges.
 */
export const passkeyOptions = z.looseObject({ challenge: base64url }).check(isSmall);
export type PasskeyOptions = z.infer<typeof passkeyOptions>;
/**
 * `POST /api/v1/account/passkeys/{register,sign-in}`: WebAuthn's `RegistrationResponseJSON` or
 * `AuthenticationResponseJSON`. Only its frame is looked at here: the server's library verifies it.
 */
export const passkeyResponse = z
  .looseObject({
    id: base64url,
    rawId: base64url,
    type: z.literal("public-key"),
    response: z.looseObject({ clientDataJSON: base64url }),
  })
  .check(isSmall);
export type PasskeyResponse = z.infer<typeof passkeyResponse>;

/** `POST /api/v1/account/oidc/{provider}`: where the browser goes next. */
export const oidcStart = z.strictObject({ url: z.url().check(z.maxLength(8192)) });
