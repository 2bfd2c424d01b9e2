import type { FrameMessage, HostMessage } from "@portafilter/protocol";

/** What the page tells its border. */
export type ToBorder =
  /** With the port to the frame. */
  | { readonly type: "open" }
  /** Passed on as it is. */
  | { readonly type: "send"; readonly message: HostMessage };

/** What the border tells the page. */
export type FromBorder =
  | { readonly type: "passed"; readonly message: FrameMessage }
  | { readonly type: "dropped" | "excess"; readonly count: number }
  | { readonly type: "cutOff" };
