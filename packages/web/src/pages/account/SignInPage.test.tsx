// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { keepOutcome } from "../../account/outcome.ts";
import type { Account } from "../../account/session.ts";
import { SignInPage } from "./SignInPage.tsx";

let account: Account;
vi.mock("../../account/use-account.ts", () => ({ useAccount: () => account }));
vi.mock("../Header.tsx", () => ({ Header: () => null }));

const offers = { accounts: true, mail: false, providers: [] };
const user = { id: "1", email: "ada@example.org", hasPassword: true, passkeys: 0 };
afterEach(cleanup);

test("what happened before is said until somebody has signed in, then what happened to them", () => {
  keepOutcome("signed-out");
  account = { status: "signed-out", offers };
  const { rerender } = render(<SignInPage />);
  screen.getByText(/Nothing of your account is left in this tab/);
  account = { status: "signed-in", user, fresh: true, offers };
  rerender(<SignInPage />);
  account = { status: "signed-out", offers, endedElsewhere: true };
  rerender(<SignInPage />);
  screen.getByText("You were signed out. Sign in to go on where you were.");
  cleanup();
  account = { status: "signed-out", offers };
  render(<SignInPage />);
  expect(screen.queryByText(/left in this tab/)).toBeNull();
});
