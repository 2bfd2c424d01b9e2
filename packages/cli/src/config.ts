import { join, resolve } from "node:path";

/** What `portafilter run` gives the two processes that it starts. */
export type RunConfig = Readonly<{
  /** A key server runs elsewhere, so none is started. */
  hasKeyServer: boolean;
  keyServer: NodeJS.ProcessEnv;
  /** The environment of the app server, once it is known where the key server listens. */
  appServer: (address: string) => NodeJS.ProcessEnv;
  /**
   * The same while there is no key server yet, so that every setting can be checked first: its address
   * and the token that it makes are stood in for.
   */
  appServerToCheck: NodeJS.ProcessEnv;
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
  const tokenFile = join(folder, "app.token");
  const hasToken = given("KEYSERVER_TOKEN") ?? given("KEYSERVER_TOKEN_FILE");
  const appServer = (address: string) => ({
    ...of((name) => !/^(?:ROOT_KEY|TLS_KEY)/.test(name)),
    KEYSERVER_ADDR: address,
    ...(hasToken !== undefined ? {} : { KEYSERVER_TOKEN_FILE: tokenFile }),
  });
  const toCheck = appServer("http://127.0.0.1:1");
  const isToBeMade = resolve(toCheck.KEYSERVER_TOKEN_FILE ?? "") === tokenFile;
  return {
    hasKeyServer: given("KEYSERVER_ADDR") !== undefined,
    keyServer: {
      ...of((name) => own.test(name) || ofEveryProcess.test(name)),
      KEYSERVER_PORT: given("KEYSERVER_PORT") ?? "0",
    },
    appServer,
    appServerToCheck: isToBeMade
      ? { ...toCheck, KEYSERVER_TOKEN_FILE: "", KEYSERVER_TOKEN: "not-made-yet" }
      : toCheck,
  };
}
