import { test, vi } from "vitest";
import { account } from "../engines/account.ts";
import { host } from "../engines/journeys.ts";
import { useOutside } from "../harness/outside.ts";
import { useWebKit } from "../harness/webkit.ts";

vi.setConfig({ testTimeout: 400_000 });
const outside = useOutside(host);
const { screen } = useWebKit(outside);

// Over plain HTTP it keeps no sign-in (`engines/webkit.test.ts`).
test("an account: signed up, reloaded, and signed in on a second device", async () => {
  await account(screen);
});
