// @vitest-environment happy-dom
import {
  act,
  cleanup,
  configure,
  fireEvent,
  render,
  screen,
  waitFor,
} from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../../api/api-error.ts";
import { useConfirmed } from "./use-confirmed.tsx";

const sessionOf = (id: string) => ({
  user: { id, email: `${id}@example.org`, hasPassword: true, passkeys: 0 },
  fresh: false,
  offers: { accounts: true, mail: false, providers: [] },
});
const answers = { session: sessionOf("u1"), after: null as (() => void) | null };
const confirms: unknown[] = [];
configure({ asyncUtilTimeout: 30_000 });

beforeEach(() => {
  answers.session = sessionOf("u1");
  vi.stubGlobal("fetch", (path: string, init: { body: string }) => {
    if (path === "/api/v1/session") return Promise.resolve(Response.json(answers.session));
    confirms.push(JSON.parse(init.body));
    answers.after?.();
    return Promise.resolve(Response.json({}));
  });
});
afterEach(() => {
  cleanup();
  confirms.length = 0;
  answers.after = null;
  vi.unstubAllGlobals();
});

/** Renders a page with the hook, and returns its `confirmed`. */
function open() {
  let confirmed: ReturnType<typeof useConfirmed>["confirmed"] | undefined;
  function Page() {
    const hook = useConfirmed();
    confirmed = hook.confirmed;
    return hook.dialog;
  }
  const view = render(<Page />);
  const run = <T,>(action: () => Promise<T>) => {
    let result: Promise<T | null> | undefined;
    act(() => {
      result = confirmed?.(action);
    });
    if (result === undefined) throw new Error("not rendered");
    return result;
  };
  return { run, unmount: view.unmount };
}

/** An action that wants a confirmation `times` times. */
const wanting = (times: number) => {
  let left = times;
  return vi.fn(() => {
    left -= 1;
    return left < 0 ? Promise.resolve("value") : Promise.reject(new ApiError("confirm_needed"));
  });
};

test("an action that needs nothing is not asked about", async () => {
  const { run } = open();
  expect(await run(wanting(0))).toBe("value");
  expect(screen.queryByRole("alertdialog")).toBeNull();
});

test("asks, confirms, and runs the action again", async () => {
  const action = wanting(1);
  const { run } = open();
  const result = run(action);
  const field = await screen.findByLabelText("Password");
  fireEvent.change(field, { target: { value: "correct horse" } });
  fireEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect(await result).toBe("value");
  expect(confirms).toEqual([{ password: "correct horse" }]);
  expect(action).toHaveBeenCalledTimes(2);
  await waitFor(() => {
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });
});

test("an action is given up when who confirmed is another account than who was asked", async () => {
  const action = wanting(1);
  const { run } = open();
  const result = run(action);
  answers.after = () => {
    answers.session = sessionOf("u2");
  };
  fireEvent.change(await screen.findByLabelText("Password"), { target: { value: "theirs" } });
  fireEvent.click(screen.getByRole("button", { name: "Confirm" }));
  expect(await result).toBeNull();
  expect(confirms).toHaveLength(1);
  expect(action).toHaveBeenCalledTimes(1);
});

test("null when the visitor gives up, and the action is not run again", async () => {
  const action = wanting(9);
  const { run } = open();
  const result = run(action);
  fireEvent.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await result).toBeNull();
  expect(action).toHaveBeenCalledTimes(1);
});

test("null when the page goes", async () => {
  const { run, unmount } = open();
  const result = run(wanting(9));
  await screen.findByRole("alertdialog");
  unmount();
  expect(await result).toBeNull();
});

test("other failures are the caller's", async () => {
  const { run } = open();
  await expect(run(() => Promise.reject(new ApiError("not_found")))).rejects.toMatchObject({
    code: "not_found",
  });
});
