import { expect, test } from "vitest";
import { withStoredLogin } from "../harness/stored-login.ts";
import { request, useHostPage } from "../web-fixture/host-page.ts";

const { address, open } = useHostPage();
const canary = "canary-acc0";

test("attack H6: Chromium's password manager fills no account's password into the dialog", async () => {
  await withStoredLogin(address(), canary, async (context) => {
    const host = await open(await context.newPage());
    await host.say(request("1", "KEY"));
    await host.armed();
    await host.field.click();

    // The manager is at work: here is a field that it takes for the account's password.
    const other = await context.newPage();
    await other.route("**/sign-in", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: '<form><input type="password" autocomplete="off" aria-label="Password"></form>',
      }),
    );
    await other.goto(`${address()}/sign-in`);
    const password = other.getByLabel("Password");
    const isFilled = (field: Element) => field.matches(":autofill");
    await expect.poll(() => password.evaluate(isFilled)).toBe(true);

    await host.page.bringToFront();
    await host.field.click();
    expect(await host.field.evaluate(isFilled)).toBe(false);
    expect(await host.field.inputValue()).toBe("");
  });
});
