import type { Load } from "./load.ts";
import { median } from "./table.ts";
import { type Requests, wrk } from "./wrk.ts";

export const connections = 10;
export const runs = Number(process.env.BENCH_RUNS ?? 3);
export const seconds = Number(process.env.BENCH_SECONDS ?? 5);

/** Columns of what `measure` tells. */
export const columns = ["what", "a second", "p50 ms", "p99 ms", "failed"];

/** What is put under load. `lines`: how many lines its audit has, where it has to have one per answer. */
export type Subject = Readonly<{
  name: string;
  requests: Requests;
  lines?: () => Promise<number>;
}>;

/**
 * Medians of each subject's runs, as rows of a table. They take turns, so that what else the machine does
 * falls on all of them alike.
 */
export async function measure(...subjects: readonly Subject[]): Promise<string[][]> {
  const measured = subjects.map((subject) => ({ subject, results: [] as Load[] }));
  for (const { requests } of subjects) await wrk(requests, connections, 2);
  for (let run = 0; run < runs; run++) {
    for (const { subject, results } of measured) results.push(await audited(subject));
  }
  return measured.map(({ subject, results }) => {
    const of = (field: "perSecond" | "p50" | "p99", digits: number) =>
      median(results.map((result) => result[field])).toFixed(digits);
    const failed = results.reduce((sum, result) => sum + result.failed, 0);
    return [subject.name, of("perSecond", 0), of("p50", 2), of("p99", 2), String(failed)];
  });
}

async function audited({ name, requests, lines }: Subject): Promise<Load> {
  const before = await lines?.();
  const result = await wrk(requests, connections, seconds);
  const after = await lines?.();
  if (before !== undefined && after !== undefined && after - before < result.count - result.failed)
    throw new Error(`${name}: ${result.count} answers, and ${after - before} lines in the audit`);
  return result;
}
