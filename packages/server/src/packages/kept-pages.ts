import type { ErrorCode } from "@portafilter/protocol";
import { putNewest } from "../forget-oldest.ts";
import { Problem } from "../problem.ts";
import { type IndexPage, weightOf } from "./index-page.ts";

/** Milliseconds for which a page, or that there is none, is believed. */
const fresh = 5 * 60_000;
/** Bytes of all pages in memory, as `weightOf` guesses them. */
const mostBytes = 64 * 1024 * 1024;
/** Names of which is remembered that they have no page. */
const mostMisses = 10_000;

type Kept = Readonly<{ until: number; page: IndexPage; weight: number }>;
type Miss = Readonly<{ until: number; code: ErrorCode }>;

/** What is remembered of the package index. */
export type KeptPages = Readonly<{
  /** @throws Problem with the code of a miss that is remembered. */
  get: (project: string) => IndexPage | undefined;
  keep: (project: string, page: IndexPage) => void;
  miss: (project: string, code: ErrorCode) => void;
}>;

/** Keeps pages and misses in memory, each within bounds; what was put in longest ago goes first. */
export function createKeptPages(now: () => number): KeptPages {
  const pages = new Map<string, Kept>();
  const misses = new Map<string, Miss>();
  let total = 0;

  function drop(project: string) {
    total -= pages.get(project)?.weight ?? 0;
    pages.delete(project);
    misses.delete(project);
  }

  return {
    get: (project) => {
      const miss = misses.get(project);
      if (miss !== undefined && miss.until > now()) throw new Problem(miss.code);
      const kept = pages.get(project);
      return kept !== undefined && kept.until > now() ? kept.page : undefined;
    },
    keep: (project, page) => {
      drop(project);
      const weight = weightOf(page);
      if (weight > mostBytes) return;
      pages.set(project, { until: now() + fresh, page, weight });
      total += weight;
      for (const oldest of pages.keys()) {
        if (total <= mostBytes) return;
        drop(oldest);
      }
    },
    miss: (project, code) => {
      drop(project);
      putNewest(misses, project, { until: now() + fresh, code }, mostMisses);
    },
  };
}
