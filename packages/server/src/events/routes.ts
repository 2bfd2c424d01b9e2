import { type api, limits } from "@portafilter/protocol";
import { type Route, rawRoute, type Session } from "../http/route.ts";
import { Problem } from "../problem.ts";
import type { Events } from "./events.ts";
import { createEventStream } from "./stream.ts";

export type EventRoutesPorts = Readonly<{
  events: Pick<Events, "subscribe">;
  /**
   * Whether a sign-in is still there, by its id: a confirmation gives it another token, and its streams
   * go on. Asked again while a stream is open: it may end without our hearing of it.
   */
  sessions: Readonly<{ lives: (session: Session) => Promise<boolean> }>;
  /** Milliseconds between beats. */
  heartbeat?: number;
  /** Milliseconds after which a sign-in is asked for again. */
  recheck?: number;
}>;

export type EventRoutes = Readonly<{
  routes: readonly Route[];
  /** Ends every stream and lets no more begin: the server stops. */
  close: () => void;
}>;

/** Streams of one account, and of this process. */
const mostOfUser = 20;
const mostOfAll = 10_000;

/** `GET /api/v1/events`: what happens to the account, as it happens. */
export function createEventRoutes(ports: EventRoutesPorts): EventRoutes {
  const { events, sessions, heartbeat = limits.eventBeat, recheck = 45_000 } = ports;
  const open = new Map<string, Set<() => void>>();
  let count = 0;
  let isStopped = false;

  function reserve(userId: string, end: () => void): () => void {
    const ends = open.get(userId) ?? new Set();
    if (isStopped || ends.size >= mostOfUser || count >= mostOfAll) {
      throw new Problem("rate_limited", { retryAfter: 30 });
    }
    open.set(userId, ends.add(end));
    count += 1;
    return () => {
      if (!ends.delete(end)) return;
      count -= 1;
      if (ends.size === 0) open.delete(userId);
    };
  }

  async function answer(session: Session): Promise<Response> {
    const undo: (() => void)[] = [];
    const stream = createEventStream(() => {
      for (const step of undo.splice(0)) step();
    });
    const send = (event: api.AccountEvent) => {
      stream.send(event);
      if (event.type === "session.ended") stream.end();
    };
    undo.push(reserve(session.userId, stream.end));
    send({ type: "resync" });
    undo.push(events.subscribe(session.userId, session.sessionId, send));
    try {
      // It may have ended after it was looked at and before we listened.
      if (!(await sessions.lives(session))) throw new Problem("signed_out");
    } catch (error) {
      await stream.body.cancel();
      throw error;
    }
    undo.push(every(heartbeat, stream.beat));
    undo.push(
      every(recheck, () => {
        // When nobody can tell, the next time will.
        const answered = sessions.lives(session).catch(() => true);
        void answered.then((lives) => {
          if (!lives) send({ type: "session.ended" });
        });
      }),
    );
    return new Response(stream.body, {
      headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" },
    });
  }

  return {
    routes: [
      rawRoute({
        method: "GET",
        path: "/api/v1/events",
        operation: "streamEvents",
        summary: "What happens to the account, as server-sent events; `resync` comes first.",
        auth: "session",
        rateLimit: "stream",
        from: "page",
        type: "text/event-stream",
        handle: ({ session }) => answer(session),
      }),
    ],
    close: () => {
      isStopped = true;
      for (const ends of open.values()) for (const end of ends) end();
    },
  };
}

function every(milliseconds: number, work: () => void): () => void {
  const timer = setInterval(work, milliseconds);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
