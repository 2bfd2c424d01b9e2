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
    // Pieces are put together as they come: one of a byte would cost two hundred if it were kept.
    let held: Buffer = Buffer.alloc(0);
    let length = 0;
    const take = (chunk: Buffer) => {
      const longer = length + chunk.length;
      const isTooLong = longer > most;
      if (!isTooLong && place.grow(longer)) {
        if (longer > held.length) held = enlarged(held, longer, announced || most);
        length += chunk.copy(held, length);
        return;
      }
      // What is still to come is dropped.
      request.off("data", take);
      held = Buffer.alloc(0);
      place.leave();
      reject(isTooLong ? refusals.tooLarge() : refusals.noRoom());
    };
    request.on("data", take);
    response.once("close", () => {
      place.leave();
    });
    request.on("end", () => {
      resolve(held.subarray(0, length));
    });
    // The client went away; nobody will read the answer.
    request.on("error", () => {
      reject(refusals.badRequest());
    });
  });
}

/** Room for what has come, and for as much again while no more than `most` can come. */
function enlarged(held: Buffer, length: number, most: number): Buffer {
  const next = Buffer.alloc(Math.min(most, Math.max(length, 2 * held.length)));
  held.copy(next);
  return next;
}
