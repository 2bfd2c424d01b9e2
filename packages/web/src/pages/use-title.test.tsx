// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => {
  vi.resetModules();
});
afterEach(cleanup);

async function pages() {
  const { useTitle } = await import("./use-title.ts");
  return function Page({ name, field = false }: { name: string | null; field?: boolean }) {
    useTitle(name);
    return (
      <main>
        <h1>{name ?? "start"}</h1>
        {field && <input autoFocus />}
      </main>
    );
  };
}
const focused = () => document.activeElement;

test("the first page of a tab leaves the keyboard where it is, and so does the same page again", async () => {
  const Page = await pages();
  const { rerender } = render(<Page name="Account" />);
  expect(document.title).toBe("Account · Portafilter");
  rerender(<Page key="again" name="Account" />);
  expect(focused()).toBe(document.body);
});

test("a page that replaces another has the keyboard at its heading, unless a field asks for it", async () => {
  const Page = await pages();
  const { rerender } = render(<Page key="1" name="Account" />);
  rerender(<Page key="2" name="Secrets" />);
  expect(focused()).toBe(screen.getByRole("heading", { name: "Secrets" }));
  // Without another address: the same page says something else.
  rerender(<Page key="2" name="Done" />);
  expect(focused()).toBe(screen.getByRole("heading", { name: "Done" }));
  rerender(<Page key="3" name={null} />);
  expect(focused()).toBe(screen.getByRole("heading", { name: "start" }));
  rerender(<Page key="4" name="Sign in" field />);
  expect(focused()).toBe(screen.getByRole("textbox"));
});
