import { limits } from "@portafilter/protocol";
import { type Press, watchPresses } from "./presses.ts";

/** `armed` is the only state in which a confirmation counts; `tooSmall` hides part of the question. */
export type Arming = "waiting" | "armed" | "tooSmall";

/** A frame counts for no more than this: what a blocked page did not paint, nobody has seen. */
const longestFrame = 100;

type Watched = {
  /** The button that confirms. */
  readonly confirm: () => Element | null;
  /** Where the visitor types. */
  readonly field: () => Element | null;
  /** Whether all that a visitor has to see before they answer can be seen. */
  readonly isInSight: () => boolean;
  readonly onChange: (arming: Arming) => void;
};

export type ArmingWatch = {
  /** Whether a click that confirms was made while the dialog was armed. */
  readonly counts: (click: Event) => boolean;
  readonly end: () => void;
};

/**
 * Watches until the visitor has had the whole question in front of them, focused, unmoved and without
 * a press or key of theirs, for `limits.confirmDelay`. Time is counted in painted frames.
 *
 * Before that, each press and each key begins the whole wait again, wherever it goes: taps meant for
 * the app fall on the button that comes under them. What is typed into the field is an answer to this
 * very dialog and begins only `limits.confirmQuiet` again. Once armed, input changes nothing; loss of
 * focus, hiding, and whatever resizes the window or moves the button do.
 */
export function watchArming({ confirm, field, isInSight, onChange }: Watched): ArmingWatch {
  let state: Arming = "waiting";
  let armedAt = Infinity;
  let shown = 0;
  let quiet = 0;
  let painted = performance.now();
  let place: Place = [];
  const change = (next: Arming) => {
    armedAt = next === "armed" ? performance.now() : Infinity;
    if (next !== state) onChange(next);
    state = next;
  };
  const restart = () => {
    shown = quiet = 0;
    change(isInSight() ? "waiting" : "tooSmall");
  };
  const frame = () => {
    request = requestAnimationFrame(frame);
    const now = performance.now();
    const step = Math.min(now - painted, longestFrame);
    painted = now;
    const found = placeOf(confirm());
    const hasMoved = isElsewhere(found, place);
    if (hasMoved) place = found;
    if (hasMoved || !document.hasFocus() || !isInSight()) {
      restart();
      return;
    }
    shown += step;
    quiet += step;
    const isDue = shown >= limits.confirmDelay && quiet >= limits.confirmQuiet;
    if (isDue && state !== "armed") change("armed");
    else if (state === "tooSmall") change("waiting");
  };
  const onPress = ({ target, isEarly }: Press) => {
    if (!isEarly) return;
    if (target instanceof Node && field()?.contains(target) === true && state !== "armed")
      quiet = 0;
    else restart();
  };
  let request = requestAnimationFrame(frame);
  onChange(state);
  const endPresses = watchPresses((event) => event.timeStamp < armedAt, onPress);
  for (const type of disturbances) addEventListener(type, restart);
  document.addEventListener("visibilitychange", restart);
  return {
    counts: (click) => click.timeStamp >= armedAt,
    end() {
      cancelAnimationFrame(request);
      endPresses();
      for (const type of disturbances) removeEventListener(type, restart);
      document.removeEventListener("visibilitychange", restart);
    },
  };
}

const disturbances = ["blur", "focus", "resize"] as const;

type Place = readonly number[];

function placeOf(element: Element | null): Place {
  if (element === null) return [];
  const { x, y, width, height } = element.getBoundingClientRect();
  return [x, y, width, height];
}

/** What scrolls is drawn at whole pixels, so that what sticks to its edge moves by parts of one. */
function isElsewhere(found: Place, before: Place): boolean {
  return (
    found.length !== before.length ||
    found.some((side, index) => Math.abs(side - (before[index] ?? NaN)) > 1)
  );
}
