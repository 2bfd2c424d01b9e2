import type { Server } from "node:http";
import type { Socket } from "node:net";

/** The connections there are. */
export type Crowd = {
  /** Whether the caller on this connection has just shown a token that is known. */
  tell(socket: Socket, isKnown: boolean): void;
};

/**
 * Bounds a server's connections. Where there are too many, the oldest of those on which nobody has shown a
 * token gives way to the next: who opens many and says nothing keeps no app server out.
 */
export function limitConnections(server: Server, most: number): Crowd {
  /** The oldest first. */
  const strangers = new Map<string, Socket>();
  const known = new Map<string, Socket>();

  server.on("connection", (socket: Socket) => {
    if (strangers.size + known.size >= most) {
      const [oldest] = strangers;
      if (oldest === undefined) {
        socket.destroy();
        return;
      }
      strangers.delete(oldest[0]);
      oldest[1].destroy();
    }
    const name = nameOf(socket);
    strangers.set(name, socket);
    socket.once("close", () => {
      for (const one of [strangers, known]) if (one.get(name) === socket) one.delete(name);
    });
  });

  return {
    tell: (socket, isKnown) => {
      const name = nameOf(socket);
      const [from, to] = isKnown ? [strangers, known] : [known, strangers];
      const found = from.get(name);
      if (found === undefined) return;
      from.delete(name);
      to.set(name, found);
    },
  };
}

/** The same for a connection and for what TLS makes of it. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)}`;
}
