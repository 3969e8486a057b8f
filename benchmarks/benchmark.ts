/** One way of doing the work of a benchmark. */
export interface Variant {
  readonly name: string;
  /** Does the work once; must not allocate where the library does not. */
  run(): void;
  /** What the work produced, to compare with the baseline's. */
  result(): ArrayLike<number>;
}

/** The same work done in several ways, at one or several sizes. */
export interface Benchmark {
  readonly name: string;
  readonly title: string;
  /** What is counted, for example "steps". */
  readonly unit: string;
  /** Sizes of the problem; a benchmark without sizes has the one size 0. */
  readonly sizes?: readonly number[];
  /** How tables name a size; by default by its number. */
  sizeName?(size: number): string;
  /** Units in one call of {@link Variant.run}. */
  unitsPerRun(size: number): number;
  /** Largest relative difference of a variant's result from the baseline's; by default 1e-12. */
  readonly tolerance?: number;
  /** Names the size, where a chart of the time over the size says something; `perSize` divides the time by it. */
  readonly chart?: { readonly size: string; readonly time: string; readonly perSize: boolean };
  /** The variants; the first is the baseline that the others are compared with. */
  variants(size: number): readonly Variant[];
}

/** The measurement of one variant at one size. */
export interface Measurement {
  readonly benchmark: string;
  readonly size: number;
  /** How tables name the size; empty where there is only one. */
  readonly sizeName: string;
  readonly variant: string;
  readonly unit: string;
  /** Median processor time per unit. */
  readonly nanosecondsPerUnit: number;
  /** Median over the rounds of the time relative to the baseline's of the same round. */
  readonly ratio: number;
}
