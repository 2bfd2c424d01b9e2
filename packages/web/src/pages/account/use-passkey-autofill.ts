import { type KeyboardEvent, useEffect, useEffectEvent, useState } from "react";
import { calls } from "../../account/page-calls.ts";
import { autofillWorks, signInByPasskey } from "../../account/passkey.ts";

/**
 * Lets the browser offer passkeys in the email field. Begins when the visitor comes near the form,
 * not with the page: each beginning costs the server a challenge. `stop` is for who goes another way.
 */
export function usePasskeyAutofill(onSignedIn: () => void) {
  const [near, setNear] = useState(false);
  const signedIn = useEffectEvent(onSignedIn);
  useEffect(() => {
    if (!near) return;
    const leaving = new AbortController();
    const offer = async () => {
      if (!(await autofillWorks())) return;
      leaving.signal.throwIfAborted();
      await signInByPasskey(calls, leaving.signal);
      leaving.signal.throwIfAborted();
      signedIn();
    };
    // Whatever fails here was not asked for; the button says what is wrong when it is pressed.
    offer().catch(() => undefined);
    return () => {
      leaving.abort();
    };
  }, [near]);
  return {
    form: {
      onPointerEnter() {
        setNear(true);
      },
      onKeyUp({ key }: KeyboardEvent) {
        // The key that opens what a field suggests, and the one that leads into the form.
        if (key === "ArrowDown" || key === "Tab") setNear(true);
      },
    },
    stop() {
      setNear(false);
    },
  };
}
