import { randomUUID } from "node:crypto";
import { Refusal } from "../refusal.ts";
import type { Reply } from "./route.ts";

/** What goes over the wire. */
export type Answer = {
  readonly status: number;
  readonly contentType: string;
  /** Empty for 204. */
  readonly body: string;
};

const json = "application/json";

/** Puts a reply into the envelope in which Transit clients expect it. */
export function answerOf(reply: Reply): Answer {
  if (reply === null) return { status: 204, contentType: json, body: "" };
  const { status = 200, text, top } = reply;
  if (text !== undefined) return { status, contentType: "text/plain; version=0.0.4", body: text };
  const wrapped = {
    request_id: randomUUID(),
    lease_id: "",
    renewable: false,
    lease_duration: 0,
    data: reply.data ?? null,
    wrap_info: null,
    warnings: reply.warnings === undefined || reply.warnings.length === 0 ? null : reply.warnings,
    auth: reply.auth ?? null,
  };
  const isBare = reply.data === undefined && reply.auth === undefined;
  const body = top === undefined ? wrapped : isBare ? top : { ...top, ...wrapped };
  return { status, contentType: json, body: `${JSON.stringify(body)}\n` };
}

/** A refusal as clients expect it. */
export function answerOfRefusal(refusal: Refusal): Answer {
  const body = `${JSON.stringify({ errors: refusal.errors })}\n`;
  return { status: refusal.status, contentType: json, body };
}
