import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { useChromium } from "../harness/chromium.ts";
import { chromiumScreen } from "../harness/chromium-screen.ts";
import { addAndAllow, shows } from "../harness/screen.ts";
import { example, snippet } from "../harness/snippet.ts";
import { startsFromImage } from "./journeys.ts";

const { page: newPage } = useChromium();

test("a browser that lays out its functions otherwise starts Python from nothing", async () => {
  const page = await newPage();
  await page.route(/\/_portafilter\/snapshots\/.*\.json$/, async (route) => {
    const tree = await fetchTree(new URL(route.request().url()));
    await route.fulfill({ json: { ...tree, table: "15147-0" } });
  });
  const screen = chromiumScreen(page);
  await screen.goto(snippet(example("secret")));
  expect(await startsFromImage(screen, "SUPER_SECRET_API_KEY")).toBe(false);
  await addAndAllow(screen, "SUPER_SECRET_API_KEY", "correct horse");
  await shows(screen, "app", "correct horse");
});

/** Node's own `fetch` does not know that names under `localhost` are this machine. */
async function fetchTree({ host, port, pathname }: URL): Promise<object> {
  const request = get({ host: "127.0.0.1", port, path: pathname, headers: { host } });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return (await json(response)) as object;
}
