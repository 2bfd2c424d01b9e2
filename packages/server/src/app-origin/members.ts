import { mediaType } from "../http/media-types.ts";
import type { Bytes } from "../packages/sources.ts";
import { openWheel, type Wheel } from "../packages/wheel.ts";
import { Problem } from "../problem.ts";
import { gzipMember } from "./gzip-member.ts";

type MemberFile = Readonly<{
  type: string;
  size: number;
  gzip: boolean;
  read: () => Promise<Bytes>;
}>;

export type Members = Readonly<{
  /**
   * One file of a wheel of the lock; in gzip if that is wanted and costs nothing.
   * @throws Problem `package_unknown` when there is no such wheel or no such file in it.
   */
  open: (sha256: string, path: string, gzip: boolean) => Promise<MemberFile>;
}>;

/** Wheels kept open that nobody reads just now. */
const mostIdle = 16;

/** Serves files out of wheels without unpacking those anywhere. `whole` gives the path of a checked wheel. */
export function createMembers(whole: (sha256: string) => Promise<string>): Members {
  /** Open wheels; what was asked for longest ago comes first. */
  const wheels = new Map<string, Wheel>();
  /** Wheels on their way: no more than the lock names, since others are refused before anything is opened. */
  const opening = new Map<string, Promise<Wheel>>();

  async function openNow(sha256: string): Promise<Wheel> {
    const wheel = await openWheel(await whole(sha256));
    wheels.set(sha256, wheel);
    closeIdle();
    return wheel;
  }

  /** Makes room where that costs nobody anything; the wheel asked for last stays. */
  function closeIdle(): void {
    const idle = [...wheels].filter(([, wheel]) => !wheel.isInUse());
    for (const [sha256, wheel] of idle.slice(0, -mostIdle)) {
      wheels.delete(sha256);
      wheel.close();
    }
  }

  async function wheelOf(sha256: string): Promise<Wheel> {
    const known = wheels.get(sha256);
    if (known !== undefined) {
      wheels.delete(sha256);
      wheels.set(sha256, known);
      return known;
    }
    const running = opening.get(sha256) ?? openNow(sha256).finally(() => opening.delete(sha256));
    opening.set(sha256, running);
    return running;
  }

  return {
    open: async (sha256, path, gzip) => {
      const member = (await wheelOf(sha256)).member(path);
      if (member === undefined) throw new Problem("package_unknown");
      const type = mediaType(path);
      return gzip && member.deflated
        ? { type, gzip: true, ...gzipMember(member) }
        : { type, gzip: false, size: member.size, read: () => member.open("unpacked") };
    },
  };
}
