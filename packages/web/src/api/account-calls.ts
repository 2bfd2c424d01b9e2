import { api } from "@portafilter/protocol";
import type * as z from "zod/mini";
import type { Client } from "./client.ts";

type Body<S extends z.ZodMiniType> = z.input<S>;

/**
 * The calls of `/api/v1/account`, each as it is named there, and who is signed in. Passwords and tokens are put in the
 * request and nowhere else. All throw `ApiError`.
 */
export function accountCalls({ send }: Client) {
  const post = <Reply extends z.ZodMiniType>(path: string, body: unknown, reply: Reply) =>
    send({ method: "POST", path: `/api/v1/account/${path}`, body, reply });
  const act = async (path: string, body: unknown = {}) => {
    await post(path, body, api.nothing);
  };
  return {
    session: () => send({ method: "GET", path: "/api/v1/session", reply: api.sessionAnswer }),
    signUp: (body: Body<typeof api.signUp>) => post("sign-up", body, api.signUpAnswer),
    signIn: (body: Body<typeof api.signIn>) => act("sign-in", body),
    confirm: (body: Body<typeof api.confirm>) => act("confirm", body),
    forgot: (body: Body<typeof api.forgot>) => act("forgot", body),
    reset: (body: Body<typeof api.reset>) => act("reset", body),
    verifyEmail: (body: Body<typeof api.verifyEmail>) => act("verify-email", body),
    changePassword: (body: Body<typeof api.changePassword>) => act("password", body),
    changeEmail: (body: Body<typeof api.changeEmail>) => post("email", body, api.changeEmailAnswer),
    deleteAccount: (body: Body<typeof api.deleteAccount>) => act("delete", body),

    devices: (signal?: AbortSignal) =>
      send({
        method: "GET",
        path: "/api/v1/account/devices",
        reply: api.deviceList,
        ...(signal && { signal }),
      }),
    endDevice: (id: string) => act(`devices/${encodeURIComponent(id)}/end`),
    endOtherDevices: () => act("devices/end-others"),

    passkeys: (signal?: AbortSignal) =>
      send({
        method: "GET",
        path: "/api/v1/account/passkeys",
        reply: api.passkeyList,
        ...(signal && { signal }),
      }),
    removePasskey: async (id: string) => {
      await send({
        method: "DELETE",
        path: `/api/v1/account/passkeys/${encodeURIComponent(id)}`,
        reply: api.nothing,
      });
    },
    registerOptions: () => post("passkeys/register-options", {}, api.passkeyOptions),
    register: (body: api.PasskeyResponse) => act("passkeys/register", body),
    signInOptions: () => post("passkeys/sign-in-options", {}, api.passkeyOptions),
    signInWithPasskey: (body: api.PasskeyResponse) => act("passkeys/sign-in", body),

    startOidc: (provider: string) =>
      post(`oidc/${encodeURIComponent(provider)}`, {}, api.oidcStart),
  };
}
export type AccountCalls = ReturnType<typeof accountCalls>;
