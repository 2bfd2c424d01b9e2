/** Upper edges of the histogram, in seconds. */
const edges = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5] as const;

type Series = { requests: Map<number, number>; buckets: number[]; seconds: number; count: number };

/** A figure that is read when somebody asks. */
export type Gauge = {
  readonly name: string;
  readonly help: string;
  /** Values by label text, such as `key="k"`; an empty text for none. */
  readonly read: () => ReadonlyMap<string, number>;
};

/** Counts of what the server did, in the text format of Prometheus. Labels are names of our own. */
export type Metrics = {
  observe(operation: string, status: number, seconds: number): void;
  text(): string;
};

/** Operations come from the route table, so the number of series is bounded. */
export function createMetrics(gauges: readonly Gauge[]): Metrics {
  const series = new Map<string, Series>();

  const seriesOf = (operation: string): Series => {
    let found = series.get(operation);
    if (found === undefined) {
      found = { requests: new Map(), buckets: edges.map(() => 0), seconds: 0, count: 0 };
      series.set(operation, found);
    }
    return found;
  };

  return {
    observe: (operation, status, seconds) => {
      const one = seriesOf(operation);
      one.requests.set(status, (one.requests.get(status) ?? 0) + 1);
      one.seconds += seconds;
      one.count += 1;
      const bucket = edges.findIndex((edge) => seconds <= edge);
      if (bucket !== -1) one.buckets[bucket] = (one.buckets[bucket] ?? 0) + 1;
    },
    text: () =>
      [...requestLines(series), ...durationLines(series), ...gaugeLines(gauges), ""].join("\n"),
  };
}

function requestLines(series: ReadonlyMap<string, Series>): string[] {
  const name = "portafilter_keyserver_requests_total";
  return [
    `# HELP ${name} Requests answered, by operation and status.`,
    `# TYPE ${name} counter`,
    ...[...series].flatMap(([operation, { requests }]) =>
      [...requests].map(
        ([status, count]) => `${name}{operation="${operation}",status="${status}"} ${count}`,
      ),
    ),
  ];
}

function durationLines(series: ReadonlyMap<string, Series>): string[] {
  const name = "portafilter_keyserver_request_seconds";
  return [
    `# HELP ${name} Time from the end of the headers to the answer.`,
    `# TYPE ${name} histogram`,
    ...[...series].flatMap(([operation, one]) => {
      const label = `operation="${operation}"`;
      let below = 0;
      const buckets = edges.map((edge, index) => {
        below += one.buckets[index] ?? 0;
        return `${name}_bucket{${label},le="${edge}"} ${below}`;
      });
      return [
        ...buckets,
        `${name}_bucket{${label},le="+Inf"} ${one.count}`,
        `${name}_sum{${label}} ${one.seconds}`,
        `${name}_count{${label}} ${one.count}`,
      ];
    }),
  ];
}

function gaugeLines(gauges: readonly Gauge[]): string[] {
  return gauges.flatMap(({ name, help, read }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...[...read()].map(([label, value]) => `${name}${label === "" ? "" : `{${label}}`} ${value}`),
  ]);
}
