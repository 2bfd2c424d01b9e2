import { get } from "node:http";
import { json } from "node:stream/consumers";
import type { ErrorCode } from "@portafilter/protocol";
import { expect } from "vitest";
import { address } from "../harness/chromium.ts";

type Description = Readonly<{
  paths: Readonly<
    Record<
      string,
      Record<string, { responses: Readonly<Record<string, { description: string }>> } | undefined>
    >
  >;
}>;

let asked: Promise<Description> | undefined;

/** Fails unless the server says that it may refuse this call so: what it never sends proves nothing. */
export async function expectDeclared(method: string, path: string, code: ErrorCode): Promise<void> {
  asked ??= describe();
  const { paths } = await asked;
  const shape = Object.keys(paths)
    .sort((a, b) => a.split("{").length - b.split("{").length)
    .find((one) => new RegExp(`^${one.replace(/\{\w+\}/g, "[^/]+")}$`).test(path));
  const responses = paths[shape ?? ""]?.[method.toLowerCase()]?.responses ?? {};
  const declared = Object.values(responses).map(({ description }) => description);
  expect(declared.join(" "), `${method} ${path}`).toContain(`\`${code}\``);
}

function describe(): Promise<Description> {
  const { host, port } = new URL(address());
  return new Promise((resolve, reject) => {
    // Browsers know where names under localhost lead, Node may not.
    get({ host: "127.0.0.1", port, path: "/api/v1/openapi.json", headers: { host } }, (answer) => {
      json(answer).then((found) => {
        resolve(found as Description);
      }, reject);
    }).on("error", reject);
  });
}
