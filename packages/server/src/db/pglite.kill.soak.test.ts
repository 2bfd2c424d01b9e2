import { test } from "vitest";
import { killRounds } from "./testing/kill-rounds.ts";

test("killed while it writes, PGlite keeps all that it acknowledged, and nothing by half", async () => {
  await killRounds(Number(process.env.SOAK ?? 3));
}, 3_600_000);
