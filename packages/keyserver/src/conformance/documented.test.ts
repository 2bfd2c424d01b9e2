import { afterAll, beforeAll, describe, it } from "vitest";
import { type Ask, asker, documented } from "./documented.ts";
import { connectOpenBao, startOurs, type Target } from "./target.ts";

describe("what the Transit API documents, asked of our key server", () => {
  let target: Target;
  let ask: Ask;
  beforeAll(async () => {
    target = await startOurs();
    ask = asker(target);
  });
  afterAll(() => target.close());

  it.each(documented)("$name", ({ run }) => run(ask, 400));
});

const openBao = await connectOpenBao(process.env);

describe("what the Transit API documents, asked of BAO_ADDR", () => {
  if (openBao === null) {
    it.skip("needs BAO_ADDR and BAO_TOKEN");
    return;
  }
  afterAll(() => openBao.close());
  it.each(documented)("$name", ({ run }) => run(asker(openBao), 500));
});
