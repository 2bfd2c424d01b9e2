import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { clientAddress } from "./http/client-address.ts";

export type ConnectionLimits = Readonly<{
  /** Connections at once; beyond, one that waits for nothing of ours makes room, or the new one goes. */
  mostConnections: number;
  /** The same for one address; no fewer than all where everybody comes from a proxy's. */
  mostOfAddress: number;
}>;

/** `answer` is the one under way. */
type Client = { readonly address: string; answer: ServerResponse | undefined };

/**
 * Keeps connections from using up the process's files. What makes room is the connection that has asked
 * for nothing for longest, then the one whose request is not whole: whoever opens many and says nothing
 * pushes out their own, and a visitor's request, which is there at once, stays.
 */
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  // Sets keep the order in which they are filled: who began to wait first comes first.
  const everybody = new Set<Socket>();
  const byAddress = new Map<string, Set<Socket>>();
  const clients = new Map<Socket, Client>();

  const add = (socket: Socket, { address }: Client) => {
    const neighbours = byAddress.get(address) ?? new Set();
    byAddress.set(address, neighbours.add(socket));
    everybody.add(socket);
  };
  const remove = (socket: Socket, { address }: Client) => {
    const neighbours = byAddress.get(address);
    neighbours?.delete(socket);
    if (neighbours?.size === 0) byAddress.delete(address);
    everybody.delete(socket);
  };
  const end = (socket: Socket) => {
    const client = clients.get(socket);
    clients.delete(socket);
    if (client !== undefined) remove(socket, client);
    socket.destroy();
  };
  const hasRoom = (those: ReadonlySet<Socket>, most: number) => {
    if (those.size < most) return true;
    const dispensable = first(those, clients, isQuiet) ?? first(those, clients, isUnfinished);
    if (dispensable !== undefined) end(dispensable);
    return dispensable !== undefined;
  };

  server.on("connection", (socket: Socket) => {
    const address = clientAddress(socket.remoteAddress, null, 0);
    const neighbours = byAddress.get(address) ?? new Set();
    const isIn =
      hasRoom(neighbours, limits.mostOfAddress) && hasRoom(everybody, limits.mostConnections);
    if (!isIn) {
      socket.destroy();
      return;
    }
    const client: Client = { address, answer: undefined };
    clients.set(socket, client);
    add(socket, client);
    socket.once("close", () => {
      end(socket);
    });
  });
  server.on("request", ({ socket }, response: ServerResponse) => {
    const client = clients.get(socket);
    if (client === undefined) return;
    client.answer = response;
    response.once("close", () => {
      if (client.answer !== response || !clients.has(socket)) return;
      client.answer = undefined;
      remove(socket, client);
      add(socket, client);
    });
  });
}

function first(
  those: ReadonlySet<Socket>,
  clients: ReadonlyMap<Socket, Client>,
  fits: (client: Client) => boolean,
): Socket | undefined {
  for (const socket of those) {
    const client = clients.get(socket);
    if (client !== undefined && fits(client)) return socket;
  }
  return undefined;
}

function isQuiet({ answer }: Client): boolean {
  return answer === undefined;
}

function isUnfinished({ answer }: Client): boolean {
  return answer?.req.complete === false;
}
