import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { ExplainedError } from "../error-description.ts";
import { ConfigError } from "../settings.ts";
import { openWheel } from "./wheel.ts";

/** Where the package index is, and what must be sent to it. */
export type IndexAddress = Readonly<{ url: string; headers: Record<string, string> }>;

/**
 * Base of Pyodide's CDN: the setting, or what Pyodide itself falls back to.
 * @throws ExplainedError when Pyodide's code no longer says it where we look.
 */
export async function cdnBase(setting: string | undefined, pyodideDir: string): Promise<string> {
  if (setting !== undefined) return withSlash(setting);
  const code = await readFile(`${pyodideDir}/pyodide.mjs`, "utf8");
  // pyodide.mjs: e.cdnUrl = … ?? `<base>v${version}/full/`
  const base = /cdnUrl=[^`]*`(https:[^`$]*\/)v\$\{/.exec(code)?.[1];
  if (base === undefined)
    throw new ExplainedError("Pyodide does not say where its CDN is; set PYODIDE_CDN");
  return base;
}

/**
 * Address of the package index: PIP_INDEX_URL, pip's configuration files, or what micropip holds.
 * @throws ConfigError when what is configured cannot be used; ExplainedError when nothing names one.
 */
export async function indexAddress(
  setting: string | undefined,
  pipConfigFiles: readonly string[],
  micropipWheel: string | undefined,
): Promise<IndexAddress> {
  const configured = setting ?? (await firstIndexUrl(pipConfigFiles));
  return parseIndexUrl(configured ?? (await micropipIndex(micropipWheel)));
}

async function firstIndexUrl(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    // A configuration that is not there, or not ours to read, is no configuration.
    const found = indexUrlOf(await readFile(file, "utf8").catch(() => ""));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `index-url` of the sections that `pip install` reads, the more special one first. */
export function indexUrlOf(pipConfig: string): string | undefined {
  const found = new Map<string, string>();
  let section = "";
  for (const line of pipConfig.split(/\r?\n/)) {
    section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1] ?? section;
    const value = /^\s*index[-_]url\s*[=:]\s*(\S+)/.exec(line)?.[1];
    if (value !== undefined) found.set(section, value);
  }
  return found.get("install") ?? found.get("global");
}

async function micropipIndex(wheelPath: string | undefined): Promise<string> {
  if (wheelPath === undefined) throw new ExplainedError("there is no micropip; set PIP_INDEX_URL");
  const code = await memberText(wheelPath, "micropip/package_index.py");
  const url = /^PYPI_URL = "([^"]+)"/m.exec(code)?.[1];
  if (url === undefined) throw new ExplainedError("micropip names no index; set PIP_INDEX_URL");
  return url;
}

/**
 * Hosts, besides the index's own, that wheels may be fetched from: the setting, or those that micropip
 * knows as places of wheels, since the public index keeps them on another host than its pages.
 */
export async function fileHosts(
  setting: readonly string[] | undefined,
  micropipWheel: string | undefined,
): Promise<readonly string[]> {
  if (setting !== undefined) return setting;
  if (micropipWheel === undefined) return [];
  const code = await memberText(micropipWheel, "micropip/wheelinfo.py");
  // wheelinfo.py: if self.parsed_url.hostname in [ "<host>", … ]:
  const list = /hostname in \[([^\]]*)\]/.exec(code)?.[1] ?? "";
  return [...list.matchAll(/"([a-z0-9.-]+)"/g)].map(([, host = ""]) => host);
}

async function memberText(wheelPath: string, name: string): Promise<string> {
  const wheel = await openWheel(wheelPath);
  try {
    const member = wheel.member(name);
    return member === undefined ? "" : await text(await member.open("unpacked"));
  } finally {
    wheel.close();
  }
}

/** fetch refuses addresses with credentials, so they move into a header. No error repeats the address. */
function parseIndexUrl(address: string): IndexAddress {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConfigError("pip is configured with an index-url that is no http(s) address");
  }
  const { username, password } = url;
  url.username = "";
  url.password = "";
  const credentials = [username, password].map(decoded).join(":");
  const basic = `Basic ${Buffer.from(credentials).toString("base64")}`;
  return {
    url: withSlash(url.href),
    headers: username === "" ? {} : { authorization: basic },
  };
}

/** A `%` that begins no escape stands for itself, as in pip. */
function decoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll("%", ""), "hex").toString(),
  );
}

function withSlash(url: string): string {
  return url.endsWith("/") ? url : `${url}/`;
}
