// @vitest-environment happy-dom
import type { api } from "@portafilter/protocol";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { patient } from "../api/patient-queries.ts";
import { fullTime } from "../text/time.ts";
import { SecretList } from "./SecretList.tsx";
import { tryAgainInVain } from "./testing.ts";

const app = "sabcdefghijklmnopqrstuvwxyz234567";
const at = "2026-11-25T12:00:00.000Z";
configure({ asyncUtilTimeout: 30_000 });

const loads = "a".repeat(64);
/** What the account holds; the stand-in for the server changes it. */
let secrets: api.SecretEntry[];
/** Whether the list is refused, and how often it was asked for. */
let away: boolean;
let asked: number;
/** Changes wait for this. */
let gate: Promise<unknown>;

beforeEach(() => {
  secrets = ["KEY", "OTHER"].map((name) => ({
    id: `id-${name}`,
    name,
    createdAt: at,
    updatedAt: at,
    lastUsedAt: null,
    version: 1,
    versions: 1,
    grants: name === "KEY" ? [{ app, loads, until: null, createdAt: at, lastUsedAt: null }] : [],
    damaged: false,
  }));
  gate = Promise.resolve();
  away = false;
  asked = 0;
  vi.stubGlobal(
    "fetch",
    async (path: string, { method, body }: { method: string; body: string }) => {
      if (method !== "GET") await gate;
      else {
        asked += 1;
        if (away) {
          const error = { code: "secret_unavailable", message: "", id: "0" };
          return Response.json({ error }, { status: 503 });
        }
      }
      return Response.json(answer(method, path, body));
    },
  );
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function answer(method: string, path: string, body: string): object {
  const id = path.split("/").at(-1);
  if (method === "GET") return { secrets };
  if (method === "DELETE") secrets = secrets.filter((one) => one.id !== id);
  if (method === "PATCH")
    secrets = secrets.map((one) =>
      one.id === id ? { ...one, ...(JSON.parse(body) as { name: string }) } : one,
    );
  if (path.endsWith("grants/revoke")) secrets = secrets.map((one) => ({ ...one, grants: [] }));
  return {};
}

function show(): void {
  const queries = new QueryClient({ defaultOptions: { queries: patient } });
  render(
    <QueryClientProvider client={queries}>
      <SecretList />
    </QueryClientProvider>,
  );
}
async function open(name: string): Promise<void> {
  show();
  fireEvent.click(await screen.findByRole("button", { name }));
}
const press = (name: string) => {
  fireEvent.click(screen.getByRole("button", { name }));
};
const said = () => screen.getAllByRole("status", { hidden: true }).map((one) => one.textContent);

test("what was done is said until something else begins, a revocation included", async () => {
  await open("KEY");
  press("Rename");
  fireEvent.change(screen.getByLabelText("Name"), { target: { value: "NEW_KEY" } });
  press("Rename");
  await waitFor(() => {
    expect(said()).toContain("It is called NEW_KEY now.");
  });
  fireEvent.click(await screen.findByRole("switch", { name: /to use NEW_KEY$/ }));
  await waitFor(() => {
    expect(said()).toContain("Snippet sabcdefghijk… may not use NEW_KEY any more.");
  });
  press("Delete");
  expect(said().join("")).not.toContain("NEW_KEY");
});

test("a list out of reach says so at the first refusal, and is there by itself when it can be had", async () => {
  away = true;
  show();
  expect((await screen.findByRole("alert")).textContent).toContain("cannot be reached just now");
  await waitFor(() => {
    expect(asked).toBe(2);
  });
  expect(screen.getByRole("alert").textContent).toContain("cannot be reached just now");
  away = false;
  await screen.findByRole("button", { name: "KEY" });
});

test("a list that is shown says so when it is not up to date any more", async () => {
  await open("KEY");
  away = true;
  fireEvent.click(screen.getByRole("switch"));
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toMatch(/^Not up to date: .*cannot be reached just now/);
  expect(screen.getByRole("button", { name: "KEY" })).toBeTruthy();
  away = false;
  press("Try again");
  await waitFor(() => {
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

test("Try again does not wait for the next try, and keeps the keyboard at hand", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1e6);
  away = true;
  show();
  await screen.findByRole("alert");
  const again = await tryAgainInVain();
  away = false;
  fireEvent.click(again);
  await screen.findByRole("button", { name: "KEY" });
  expect(asked).toBe(3);
  expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Your secrets" }));
});

test("what was changed is said, and its switch is no longer busy, when the list cannot be had then", async () => {
  vi.spyOn(Math, "random").mockReturnValue(1e6);
  await open("KEY");
  const control = screen.getByRole("switch");
  away = true;
  fireEvent.click(control);
  await waitFor(() => {
    expect(said()).toContain("Snippet sabcdefghijk… may not use KEY any more.");
  });
  await waitFor(() => {
    expect(control.getAttribute("aria-busy")).toBe("false");
  });
  away = false;
  fireEvent.click(control);
  await waitFor(() => {
    expect(control.getAttribute("aria-checked")).toBe("false");
  });
});

test.each([
  ["a switch", () => screen.getByRole("switch")],
  ["Reveal", () => screen.getByRole("button", { name: "Reveal the value of KEY" })],
])("%s is busy until there is an answer, and keeps the keyboard", async (_, find) => {
  await open("KEY");
  const { promise, resolve } = Promise.withResolvers<null>();
  gate = promise;
  const control = find();
  expect(control.getAttribute("aria-busy")).toBe("false");
  control.focus();
  fireEvent.click(control);
  await waitFor(() => {
    expect(control.getAttribute("aria-busy")).toBe("true");
  });
  resolve(null);
  await waitFor(() => {
    expect(control.getAttribute("aria-busy")).toBe("false");
  });
  expect(document.activeElement).toBe(control);
});

test("names stand where people look for them", async () => {
  secrets = secrets.flatMap((one) =>
    ["key_10", "_KEY", "KEY_9"].map((name) => ({ ...one, id: `${one.id}-${name}`, name })),
  );
  secrets.length = 3;
  await open("KEY_9");
  const names = screen.getAllByRole("heading", { level: 3 }).map((one) => one.textContent);
  expect(names).toEqual(["_KEY", "KEY_9", "key_10"]);
});

test("after a deletion the keyboard is at the list, not nowhere", async () => {
  await open("KEY");
  screen.getByRole("button", { name: "Delete" }).focus();
  press("Delete");
  press("Delete for good");
  await waitFor(() => {
    expect(screen.queryByRole("button", { name: "KEY" })).toBeNull();
  });
  expect(said()).toContain("KEY is deleted.");
  await waitFor(() => {
    expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Your secrets" }));
  });
});

test("also when the list is without it before the deletion is answered", async () => {
  await open("KEY");
  gate = new Promise(() => undefined);
  screen.getByRole("button", { name: "Delete" }).focus();
  press("Delete");
  press("Delete for good");
  secrets = secrets.filter(({ name }) => name !== "KEY");
  fireEvent(window, new Event("visibilitychange"));
  await waitFor(() => {
    expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Your secrets" }));
  });
});

test("the button that shows the versions keeps the keyboard", async () => {
  await open("OTHER");
  const button = screen.getByRole("button", { name: "Show versions" });
  button.focus();
  fireEvent.click(button);
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Hide versions" }));
});

test("a grant says since when it stands, or until when it lasts", async () => {
  const createdAt = new Date().toISOString();
  const until = "2999-12-24T18:30:00.000Z";
  const endlessly = { app, loads, until: null, createdAt, lastUsedAt: null };
  const grants = [endlessly, { ...endlessly, app: "sbcdefghijklmnopqrstuvwxyz234567a", until }];
  secrets = secrets.map((one) => ({ ...one, grants }));
  await open("KEY");
  const [endless, ending] = screen
    .getAllByRole("switch")
    .map((one) => one.closest("li")?.textContent);
  expect(endless).toContain("Allowed just now · ");
  // In the visitor's own zone.
  expect(ending).toContain(`Allowed until ${fullTime(until)} · `);
  expect(fullTime(until)).toMatch(/ 2[45] December 2999 at /);
});

test("a grant of before packages counted says that the app asks again, and can only be revoked", async () => {
  secrets = secrets.map((one) => ({
    ...one,
    grants: one.grants.map((grant) => ({ ...grant, loads: null })),
  }));
  await open("KEY");
  const text = () => screen.getByRole("switch").closest("li")?.textContent;
  expect(text()).toContain("Allowed before its packages counted: it asks again.");
  const isOn = () => screen.getByRole("switch").getAttribute("aria-checked");
  fireEvent.click(screen.getByRole("switch"));
  await vi.waitFor(() => {
    expect(isOn()).toBe("false");
  });
  fireEvent.click(screen.getByRole("switch"));
  expect(screen.getByRole("switch").getAttribute("aria-readonly")).toBe("true");
  expect(isOn()).toBe("false");
});

test("a grant that ends while it is looked at is off from then on, and counted no more", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const until = new Date(Date.now() + 60_000).toISOString();
  secrets = secrets.map((one) => ({
    ...one,
    grants: one.grants.map((grant) => ({ ...grant, until })),
  }));
  await open("KEY");
  const isOn = () => screen.getByRole("switch").getAttribute("aria-checked");
  expect(isOn()).toBe("true");
  expect(screen.getByText("1 app")).toBeTruthy();
  vi.setSystemTime(Date.parse(until));
  fireEvent.focus(window);
  expect(isOn()).toBe("false");
  expect(screen.queryByText("1 app")).toBeNull();
});
