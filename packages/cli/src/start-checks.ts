import { type Config, type Listening, type ListenLimits, listen } from "@portafilter/server";
import { makeWritableDataFolder } from "./data-folder.ts";
import { Fatal } from "./fatal.ts";
import { aborted } from "./stop-signal.ts";

/**
 * What can be known before the long work: that the data folder can be used, and that the ports are free.
 * @returns false when it was told to stop meanwhile: a file system or a host name may not answer for long.
 * @throws Fatal
 */
export async function checkStart(config: Config, stop: AbortSignal): Promise<boolean> {
  const checked = check(config).then(() => true);
  return (await Promise.race([checked, aborted(stop)])) ?? false;
}

async function check(config: Config): Promise<void> {
  await makeWritableDataFolder(config.dataDir);
  const nobody = { fetch: () => new Response() };
  const server = await listenOrTell(nobody, "PORT", config);
  try {
    // While the first is held: it may be the same port.
    await (await listenForMetrics(nobody, config))?.close();
  } finally {
    await server.close();
  }
}

/**
 * Listens where metrics are served, which is not at all without METRICS_PORT.
 * @throws Fatal when somebody can mend it.
 */
export async function listenForMetrics(
  app: Parameters<typeof listen>[0],
  { metricsPort: port }: Pick<Config, "metricsPort">,
  limits: ListenLimits = {},
): Promise<Listening | undefined> {
  return port === undefined
    ? undefined
    : await listenOrTell(app, "METRICS_PORT", { port, host: "127.0.0.1" }, limits);
}

/**
 * Listens on the port that a setting names.
 * @throws Fatal when somebody can mend it.
 */
export async function listenOrTell(
  app: Parameters<typeof listen>[0],
  setting: string,
  { port, host }: Pick<Config, "port" | "host">,
  limits: ListenLimits = {},
): Promise<Listening> {
  return listen(app, port, host, limits).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EADDRINUSE") {
      throw new Fatal(
        `Port ${port} is taken: stop the other program, or set ${setting} to another one.`,
      );
    }
    if (code === "EACCES") {
      throw new Fatal(`Port ${port} needs more rights: set ${setting} above 1023.`);
    }
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
      throw new Fatal(`HOST is no address of this machine: ${host}`);
    }
    throw error;
  });
}
