import { accountMessages } from "../../messages/account.ts";
import { signOut } from "../sign-out.ts";
import { OutcomeLine } from "./OutcomeLine.tsx";
import { Section } from "./Section.tsx";
import { useAction } from "./use-action.ts";

const words = accountMessages.signOut;

/** The end of the sign-in in this browser, for who does not look for it in a menu. */
export function SignOutSection() {
  const { busy, outcome, run } = useAction();
  return (
    <Section title={words.title} lead={words.lead}>
      <div>
        <button
          type="button"
          aria-disabled={busy !== null}
          onClick={() => {
            run("sign-out", async () => {
              await signOut();
              return null;
            });
          }}
        >
          {words.button}
        </button>
      </div>
      <OutcomeLine outcome={outcome} />
    </Section>
  );
}
