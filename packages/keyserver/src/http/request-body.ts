import type { IncomingMessage, ServerResponse } from "node:http";
import { refusals } from "../refusal.ts";
import type { BodyPlace } from "./body-room.ts";

/**
 * Collects a request's body, once its caller may send one. Where none may come, nothing is read.
 * @param most - bytes it may have.
 * @param place - is told how much of it is here, and left once the answer has gone.
 * @throws Refusal when it is too long, or there is no room for it now.
 */
export function readBytes(
  request: IncomingMessage,
  response: ServerResponse,
  most: number,
  place: BodyPlace,
): Promise<Buffer> {
  const { headers } = request;
  const announced = Number(headers["content-length"] ?? 0);
  const isEmpty = announced === 0 && headers["transfer-encoding"] === undefined;
  if (isEmpty) return Promise.resolve(Buffer.alloc(0));
  if (most === 0 || announced > most) throw refusals.tooLarge();
  if (headers.expect !== undefined) response.writeContinue();
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      const isTooLong = length > most;
      if (!isTooLong && place.grow(length)) {
        chunks.push(chunk);
        return;
      }
      // What is still to come is dropped.
      request.off("data", take);
      chunks = [];
      place.leave();
      reject(isTooLong ? refusals.tooLarge() : refusals.noRoom());
    };
    request.on("data", take);
    response.once("close", () => {
      place.leave();
    });
    request.on("end", () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks));
    });
    // The client went away; nobody will read the answer.
    request.on("error", () => {
      reject(refusals.badRequest());
    });
  });
}
