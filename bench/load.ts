import { connect, type Socket } from "node:net";

/** What came of sending one request over and over. Times are milliseconds. */
export type Load = {
  readonly count: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
};

/** A request as bytes, so that the client costs next to nothing beside the server on the same machine. */
export function requestBytes(
  host: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Buffer {
  const content = JSON.stringify(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(content)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${content}`);
}

/** Sends what `next` makes on each of `connections`, one when the answer before is there, for some seconds or until it is enough. */
export async function load(
  address: URL,
  next: () => Buffer,
  connections: number,
  end: number | (() => boolean),
): Promise<Load> {
  const times: number[] = [];
  let failed = 0;
  const started = performance.now();
  const isOver = typeof end === "function" ? end : () => performance.now() >= started + end * 1000;
  await Promise.all(
    Array.from({ length: connections }, () =>
      repeat(connect(Number(address.port), address.hostname), next, isOver, (time, ok) => {
        times.push(time);
        if (!ok) failed += 1;
      }),
    ),
  );
  const took = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  const at = (part: number) => times[Math.floor(times.length * part)] ?? Number.NaN;
  return {
    count: times.length,
    perSecond: times.length / took,
    p50: at(0.5),
    p99: at(0.99),
    failed,
  };
}

function repeat(
  socket: Socket,
  next: () => Buffer,
  isOver: () => boolean,
  note: (time: number, ok: boolean) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let missing = 0;
    let ok = false;
    const send = () => {
      const request = next();
      sent = performance.now();
      socket.write(request);
    };
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("connect", send);
    socket.on("data", (part: Buffer) => {
      if (missing === 0) {
        const head = part.indexOf("\r\n\r\n");
        const length = /\r\ncontent-length: (\d+)/i.exec(part.toString("latin1", 0, head))?.[1];
        if (length === undefined) {
          reject(new Error("an answer without a length, or with its head in two parts"));
          return;
        }
        ok = part.toString("latin1", 9, 12) === "200";
        missing = head + 4 + Number(length);
      }
      missing -= part.length;
      if (missing > 0) return;
      note(performance.now() - sent, ok);
      if (isOver()) socket.end(resolve);
      else send();
    });
  });
}
