import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { type Arming, type ArmingWatch, watchArming } from "./arming.ts";
import { areInSight } from "./sight.ts";

type Shown = {
  readonly arming: Arming;
  /** Whether this click on the confirm button is one that confirms. */
  readonly counts: (click: Event) => boolean;
};

/**
 * Arms the submit button of a dialog for as long as its component lives, and anew for each `subject`.
 * Elements marked with `data-seen` have to be in sight.
 */
export function useArming(
  dialog: RefObject<HTMLElement | null>,
  field: RefObject<HTMLElement | null>,
  subject: string,
): Shown {
  const [arming, setArming] = useState<Arming>("waiting");
  const watch = useRef<ArmingWatch>(null);
  useLayoutEffect(() => {
    const started = watchArming({
      confirm: () => dialog.current?.querySelector('button[type="submit"]') ?? null,
      field: () => field.current,
      isInSight: () => areInSight([...(dialog.current?.querySelectorAll("[data-seen]") ?? [])]),
      onChange: setArming,
    });
    watch.current = started;
    return () => {
      started.end();
      watch.current = null;
    };
  }, [dialog, field, subject]);
  return { arming, counts: (click) => watch.current?.counts(click) ?? false };
}
