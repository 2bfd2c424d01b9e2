import { api } from "@portafilter/protocol";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { describeDatabases } from "../db/testing.ts";
import {
  addUser,
  createWorld,
  listed,
  revealed,
  type Server,
  used,
  type World,
} from "./testing/world.ts";

/** A secret as a person would describe it: values from the first on, and who may have it. */
type Modelled = { id: string; values: string[]; apps: Set<string> };
type Model = Map<string, Modelled>;

const name = fc.constantFrom("A", "B", "C");
const value = fc.constantFrom("1", "22", "€€€", "\uFEFF4");
const app = fc.constantFrom("app-1", "app-2");
const operation = fc.oneof(
  fc.record({ do: fc.constant("create" as const), name, value }),
  fc.record({ do: fc.constant("change" as const), name, value }),
  fc.record({ do: fc.constant("restore" as const), name, version: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant("rename" as const), name, to: name }),
  fc.record({ do: fc.constant("delete" as const), name }),
  fc.record({ do: fc.constant("give" as const), name, app }),
  fc.record({ do: fc.constant("revoke" as const), name, app }),
  fc.record({ do: fc.constant("allow" as const), name, app, value: fc.option(value) }),
  fc.record({ do: fc.constant("use" as const), name, app }),
  fc.record({
    do: fc.constant("merge" as const),
    secrets: fc.uniqueArray(fc.record({ name, value }), { selector: (one) => one.name }),
    grants: fc.array(fc.record({ app, name })),
    times: fc.integer({ min: 1, max: 2 }),
  }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** No id of anybody. */
const nobody = "AAAAAAAAAAAAAAAAAAAAAA";

/** Does it to the server and to the model, and holds one answer against the other. */
async function step(server: Server, user: string, model: Model, op: Operation): Promise<void> {
  const ask = (method: string, path: string, body?: unknown) =>
    server.ask(user, method, path, body);
  const known = "name" in op ? model.get(op.name) : undefined;
  const id = known?.id ?? nobody;
  switch (op.do) {
    case "create": {
      const reply = await ask("POST", "/secrets", { name: op.name, value: op.value });
      expect(reply.code).toBe(known && "secret_exists");
      if (known !== undefined) return;
      const made = api.newSecretAnswer.parse(reply.body);
      model.set(op.name, { id: made.id, values: [op.value], apps: new Set() });
      return;
    }
    case "change": {
      const reply = await ask("POST", `/secrets/${id}/versions`, { value: op.value });
      expect(reply.code).toBe(known ? undefined : "not_found");
      if (known !== undefined) put(model, op.name, op.value);
      return;
    }
    case "restore": {
      const reply = await ask("POST", `/secrets/${id}/restore`, { version: op.version });
      const old = known?.values[op.version - 1];
      expect(reply.code).toBe(old === undefined ? "not_found" : undefined);
      if (old !== undefined) put(model, op.name, old);
      return;
    }
    case "rename": {
      const reply = await ask("PATCH", `/secrets/${id}`, { name: op.to });
      if (known === undefined) {
        expect(reply.code).toBe("not_found");
        return;
      }
      if (op.to !== op.name && model.has(op.to)) {
        expect(reply.code).toBe("secret_exists");
        return;
      }
      expect(reply.code).toBeUndefined();
      model.delete(op.name);
      model.set(op.to, known);
      return;
    }
    case "delete": {
      const reply = await ask("DELETE", `/secrets/${id}`);
      expect(reply.code).toBe(known ? undefined : "not_found");
      model.delete(op.name);
      return;
    }
    case "give": {
      const grant = { app: op.app, secretId: id, until: null };
      const reply = await ask("POST", "/grants", grant);
      expect(reply.code).toBe(known ? undefined : "not_found");
      known?.apps.add(op.app);
      return;
    }
    case "revoke": {
      const reply = await ask("POST", "/grants/revoke", { app: op.app, secretId: id });
      expect(reply.code).toBe(known ? undefined : "not_found");
      known?.apps.delete(op.app);
      return;
    }
    case "allow": {
      const allowed = { app: op.app, name: op.name, value: op.value, until: null };
      const reply = await ask("POST", "/secrets/allow", allowed);
      const given = op.value ?? known?.values.at(-1);
      if (given === undefined) {
        expect(reply.code).toBe("not_found");
        return;
      }
      expect(reply.body).toEqual({ value: given });
      put(model, op.name, given).apps.add(op.app);
      await learnIds(server, user, model);
      return;
    }
    case "use": {
      const isGranted = known?.apps.has(op.app) ?? false;
      const standing = isGranted ? `granted ${known?.values.at(-1)}` : known ? "known" : "unknown";
      expect(await used(server, user, op.app, op.name)).toBe(standing);
      return;
    }
    case "merge": {
      const { secrets, grants } = op;
      const expected: api.MergeAnswer = { moved: [], same: [], replaced: [] };
      for (const one of secrets) {
        const before = model.get(one.name)?.values.at(-1);
        if (before === undefined) expected.moved.push(one.name);
        else if (before === one.value) expected.same.push(one.name);
        else expected.replaced.push(one.name);
        const merged = put(model, one.name, one.value);
        for (const grant of grants) if (grant.name === one.name) merged.apps.add(grant.app);
      }
      const mergeId = crypto.randomUUID();
      for (let time = 0; time < op.times; time++) {
        const reply = await ask("POST", "/merge", { mergeId, secrets, grants });
        expect(reply.body).toEqual(expected);
      }
      await learnIds(server, user, model);
    }
  }
}

/** A value that is there already is not stored again. */
function put(model: Model, name: string, value: string): Modelled {
  const secret = model.get(name) ?? { id: nobody, values: [], apps: new Set<string>() };
  if (secret.values.at(-1) !== value) secret.values.push(value);
  model.set(name, secret);
  return secret;
}

async function learnIds(server: Server, user: string, model: Model): Promise<void> {
  for (const { name, id } of await listed(server, user)) {
    const secret = model.get(name);
    if (secret !== undefined) secret.id = id;
  }
}

/** Everything the server knows, by way of another one that has nothing in memory. */
async function compare(server: Server, user: string, model: Model): Promise<void> {
  const list = await listed(server, user);
  const shape = list.map(({ id, name, version, versions, grants, damaged }) => ({
    id,
    name,
    version,
    versions,
    apps: grants.map((grant) => grant.app),
    damaged,
  }));
  const expected = [...model].map(([name, { id, values, apps }]) => {
    const count = values.length;
    return {
      id,
      name,
      version: count,
      versions: count,
      apps: [...apps].toSorted(),
      damaged: false,
    };
  });
  expect(shape).toEqual(expected.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  for (const { id, values } of model.values()) {
    for (const [index, value] of values.entries()) {
      expect(await revealed(server, user, id, index + 1)).toBe(value);
    }
  }
}

describeDatabases("whatever is done to an account", (open) => {
  let world: World;
  let users = 0;
  beforeAll(async () => {
    world = await createWorld(await open());
  }, 60_000);

  test("it holds what a person would say it holds", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 25 }), async (operations) => {
        const user = `user${users++}`;
        await addUser(world.db, user);
        const servers = [world, await world.another()] as const;
        const model: Model = new Map();
        for (const [index, one] of operations.entries()) {
          await step(servers[index % 2 ? 1 : 0], user, model, one);
        }
        await compare(await world.another(), user, model);
      }),
      { numRuns: 40 },
    );
  });
});
