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

/** Wheels kept open at once. */
const maxOpen = 16;

/** Serves files out of wheels without unpacking those anywhere. `whole` gives the path of a checked wheel. */
export function createMembers(whole: (sha256: string) => Promise<string>): Members {
  const wheels = new Map<string, Promise<Wheel>>();

  function wheelOf(sha256: string): Promise<Wheel> {
    const known = wheels.get(sha256);
    wheels.delete(sha256);
    const wheel = known ?? whole(sha256).then(openWheel);
    wheels.set(sha256, wheel);
    wheel.catch(() => wheels.delete(sha256));
    const [oldest] = wheels;
    if (wheels.size > maxOpen && oldest !== undefined) {
      wheels.delete(oldest[0]);
      // Reads that are under way keep the file open until they end.
      oldest[1].then(
        (old) => {
          old.close();
        },
        () => undefined,
      );
    }
    return wheel;
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
