import { join, resolve } from "node:path";

/** What `portafilter run` gives the two processes that it starts. */
export type RunConfig = Readonly<{
  /** A key server runs elsewhere, so none is started. */
  hasKeyServer: boolean;
  keyServer: NodeJS.ProcessEnv;
  /** The environment of the app server, once it is known where the key server listens. */
  appServer: (address: string) => NodeJS.ProcessEnv;
}>;

const own = /^(?:DATA_DIR|KEYSERVER_\w+|ROOT_KEY\w*|TLS_\w+|CLIENT_CA_FILE)$/;
const ofEveryProcess = /^(?:PATH|HOME|TMPDIR|TZ|LANG|LC_\w+|NODE_\w+)$/;

/**
 * Divides the environment: the key server is not told where the database is, nor the app server what
 * the root key is.
 */
export function readRunConfig(env: NodeJS.ProcessEnv = process.env): RunConfig {
  const given = (name: string) => (env[name] === "" ? undefined : env[name]);
  const of = (keep: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(env).filter(([name]) => keep(name)));
  const folder = join(resolve(given("DATA_DIR") ?? "./data"), "keyserver");
  const hasToken = given("KEYSERVER_TOKEN") ?? given("KEYSERVER_TOKEN_FILE");
  return {
    hasKeyServer: given("KEYSERVER_ADDR") !== undefined,
    keyServer: {
      ...of((name) => own.test(name) || ofEveryProcess.test(name)),
      KEYSERVER_PORT: given("KEYSERVER_PORT") ?? "0",
    },
    appServer: (address) => ({
      ...of((name) => !/^(?:ROOT_KEY|TLS_KEY)/.test(name)),
      KEYSERVER_ADDR: address,
      ...(hasToken !== undefined ? {} : { KEYSERVER_TOKEN_FILE: join(folder, "app.token") }),
    }),
  };
}
