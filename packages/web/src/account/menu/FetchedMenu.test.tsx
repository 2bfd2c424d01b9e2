// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { FetchedMenu, type MenuProps } from "./FetchedMenu.tsx";

afterEach(cleanup);

test("a menu whose file did not come is fetched again by its button, and open then", async () => {
  const Menu = ({ email, isOpen }: MenuProps) => <p>{isOpen ? `menu of ${email}` : "closed"}</p>;
  const fetchMenu = vi.fn(() => Promise.reject<typeof Menu>(new TypeError("Failed to fetch")));
  const shown = <FetchedMenu email="ada@example.org" inApp={false} fetchMenu={fetchMenu} />;
  const { unmount } = render(shown);
  const button = await screen.findByRole("button", { name: /ada@example\.org/ });
  fireEvent.click(button);
  expect(button.getAttribute("aria-busy")).toBe("true");
  await vi.waitFor(() => {
    expect(button.getAttribute("aria-busy")).toBe("false");
  });
  fetchMenu.mockResolvedValue(Menu);
  fireEvent.click(button);
  await screen.findByText("menu of ada@example.org");
  expect(fetchMenu).toHaveBeenCalledTimes(3);
  // On the next page it is there at once.
  unmount();
  render(shown);
  screen.getByText("closed");
});
