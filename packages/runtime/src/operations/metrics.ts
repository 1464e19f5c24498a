import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One value of a metric, with a value for each of its labels. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** A sum that only grows. `add` takes a value for each label and an amount, not negative. */
export interface CounterMetric {
  add(labels: Readonly<Record<string, string>>, value: number): void;
}

/** A distribution. `observe` takes a value for each label and the measured one, in the unit of the buckets. */
export interface HistogramMetric {
  observe(labels: Readonly<Record<string, string>>, value: number): void;
}

/** What a process tells Prometheus. Names are Milvus' where Milvus has them; every one is given in full. */
export class Metrics {
  private readonly registry = new Registry();

  readonly contentType = this.registry.contentType;

  /** Read when Prometheus asks: what is not asked for costs nothing. Values of the last time are forgotten. */
  gauge(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => Iterable<Sample> | Promise<Iterable<Sample>>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      async collect() {
        const samples = await read();
        this.reset();
        for (const [labels, value] of samples) this.set(labels, value);
      },
    });
  }

  /** A sum from 0 on, which whoever asked for it adds to. */
  counter(name: string, help: string, labelNames: readonly string[]): CounterMetric {
    const counter = new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
    return { add: (labels, value) => counter.inc(labels, value) };
  }

  /** @param buckets upper bounds, ascending */
  histogram(
    name: string,
    help: string,
    labelNames: readonly string[],
    buckets: readonly number[],
  ): HistogramMetric {
    const histogram = new Histogram({
      name,
      help,
      labelNames: [...labelNames],
      buckets: [...buckets],
      registers: [this.registry],
    });
    return { observe: (labels, value) => histogram.observe(labels, value) };
  }

  /** All of them in Prometheus' text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }
}

/** Bounds in milliseconds that Milvus uses for latencies. */
export const latencyBuckets: readonly number[] = Array.from({ length: 18 }, (_, at) => 2 ** at);
