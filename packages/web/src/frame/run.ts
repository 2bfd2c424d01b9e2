import type { AppId, FrameMessage } from "@portafilter/protocol";
import { type Broker, createBroker } from "../broker/broker.ts";
import { type ConsoleLog, createConsoleLog } from "../console/log.ts";
import { codeAddress, holdsForOneRun, type Snippet } from "../links/snippet.ts";
import type { SecretSource } from "../stores/secret-store.ts";
import { onThemeChange, pageTheme } from "../theme/theme.ts";
import { type Connection, connect } from "./connect.ts";
import { createDrawnState } from "./drawn-state.ts";
import { createFrames, type Frames } from "./frames.ts";
import {
  afterMessage,
  asksTheSame,
  initialRunState,
  type RunState,
  withFailure,
} from "./run-state.ts";
import { onWake } from "./wake.ts";

/** How long the runtime frame may take to say hello. */
const helloPatience = 30_000;

/** What is allowed for one run is kept no longer than this, should the account keep it. */
const runLength = 24 * 60 * 60 * 1_000;

type Options = {
  readonly id: AppId;
  readonly origin: string;
  readonly snippet: Snippet;
  readonly secrets: SecretSource;
  /** Makes the runtime behave as without stack switching: the tests' switch. */
  readonly forceSync: boolean;
};

/** One start of one app: two frames, one port, one broker. A restart is another run. */
export type Run = {
  /** Random; tells this run from every other, in this tab and in others. */
  readonly name: string;
  readonly log: ConsoleLog;
  /** As the page shows it, which is at most a frame of the screen behind. */
  readonly getState: () => RunState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Puts the frames into `container`; once. */
  readonly start: (container: HTMLElement) => void;
  readonly stop: () => void;
  readonly reloadApp: () => void;
  /** Gives the keyboard to the app: for when a person has answered what it asked. */
  readonly focusApp: () => void;
  /** Stops an app that keeps taking the keyboard from the dialog. */
  readonly stopGrabbing: () => void;
} & Pick<Broker, "allow" | "deny" | "askAgain" | "closeNotice">;

/** Makes a run; nothing happens before `start`. */
export function createRun(options: Options): Run {
  const name = crypto.randomUUID();
  const log = createConsoleLog();
  const state = createDrawnState(initialRunState);
  let frames: Frames | null = null;
  let connection: Connection | null = null;
  let broker: Broker | null = null;
  let stopTheme: (() => void) | null = null;
  let helloTimer: ReturnType<typeof setTimeout> | undefined;

  const update = (change: (before: RunState) => RunState) => {
    state.set(change(state.now()));
  };
  const end = () => {
    clearTimeout(helloTimer);
    stopTheme?.();
    connection?.close();
    broker?.stop();
  };
  const fail = (failure: NonNullable<RunState["failure"]>) => {
    end();
    frames?.remove();
    update((before) => withFailure(before, failure));
  };
  const onMessage = (message: FrameMessage) => {
    update((before) => afterMessage(before, message));
    if (message.type === "app.progress") frames?.showApp();
    else if (message.type === "app.console") log.add(message.stream, message.text);
    else if (message.type === "app.failed")
      fail({ kind: "reported", phase: message.phase, message: message.message });
    else if (message.type === "app.loads") {
      if (broker?.loaded(message.packages) === false) fail({ kind: "violations" });
    } else if (message.type === "secret.cancel") broker?.cancel(message.id);
    else broker?.request(message.id, message.name, message.reason);
  };
  const onOpen = () => {
    clearTimeout(helloTimer);
    const { type, code, requirements } = options.snippet;
    const address = codeAddress(code);
    const isForOneRun = holdsForOneRun(options.snippet);
    broker = createBroker({
      // The run stands for the app where the app's id does not say what it is.
      app: isForOneRun ? name : options.id,
      until: () => (isForOneRun ? new Date(Date.now() + runLength).toISOString() : null),
      secrets: options.secrets,
      onWake,
      onLeft: () => {
        fail({ kind: "left" });
      },
      send: (message) => connection?.send(message),
      onChange: (next) => {
        update((before) => ({ ...before, broker: next }));
      },
    });
    const source = address === null ? { code } : { code: "", codeUrl: address };
    connection?.send({
      v: 1,
      type: "app.start",
      app: { id: options.id, type, ...source, requirements },
      theme: pageTheme(),
      forceSync: options.forceSync,
    });
    stopTheme = onThemeChange((theme) => connection?.send({ v: 1, type: "app.theme", theme }));
  };

  return {
    name,
    log,
    getState: state.drawn,
    subscribe: state.subscribe,
    start(container) {
      if (frames !== null) return;
      const { origin, forceSync } = options;
      frames = createFrames(container, { origin, run: name, forceSync });
      connection = connect({
        frame: frames.runtime,
        origin: options.origin,
        onOpen,
        onMessage,
        onDropped: (dropped) => {
          update((before) => ({ ...before, dropped }));
        },
        onExcess: (excess) => {
          update((before) => ({ ...before, excess }));
        },
        onCutOff: (why) => {
          fail({ kind: why });
        },
      });
      helloTimer = setTimeout(() => {
        fail({ kind: "silent" });
      }, helloPatience);
    },
    stop() {
      end();
      frames?.remove();
    },
    reloadApp: () => frames?.reloadApp(),
    focusApp: () => frames?.focusApp(),
    stopGrabbing() {
      fail({ kind: "grabbed" });
    },
    allow(key, value) {
      if (asksTheSame(state.now(), state.drawn())) broker?.allow(key, value);
    },
    deny: (key) => broker?.deny(key),
    askAgain: () => broker?.askAgain(),
    closeNotice: () => broker?.closeNotice(),
  };
}
