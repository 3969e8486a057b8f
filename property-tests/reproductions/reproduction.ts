/** A measured number and the bounds it must keep for the published result to hold. */
export interface MeasuredQuantity {
  readonly name: string;
  readonly value: number;
  /** @defaultValue no lower bound */
  readonly least?: number;
  /** @defaultValue no upper bound */
  readonly most?: number;
}

/** A line of one of the reproduction's figures. */
export interface MeasuredCurve {
  /** The title of the figure it belongs to. */
  readonly figure: string;
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Whether it is what is published, to compare with. @defaultValue false */
  readonly reference?: boolean;
}

/** What measuring an item gives. */
export interface Measurement {
  /** The numbers as a table shows them. */
  readonly summary: string;
  /** At least one, or nothing would be checked. */
  readonly quantities: readonly MeasuredQuantity[];
  readonly curves?: readonly MeasuredCurve[];
}

/** How much is measured. */
export interface ReproductionOptions {
  /** Sizes as published where the default takes a smaller one to be quick. @defaultValue false */
  readonly full?: boolean;
}

/** One published result, and how it is measured here. */
export interface ReproducedItem {
  readonly item: string;
  /** What the source gives. */
  readonly published: string;
  /** What differs from the source, or what the numbers mean. */
  readonly note?: string;
  /** Measures it; the same each time. */
  measure(options: ReproductionOptions): Measurement;
}

/** An axis of a figure. */
interface ReproductionAxis {
  readonly label: string;
  readonly scale?: "linear" | "log";
}

/** The axes that curves are drawn on. */
export interface ReproductionFigure {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: ReproductionAxis;
  readonly y: ReproductionAxis;
  /** Guides of a power law. */
  readonly slopes?: readonly {
    readonly slope: number;
    readonly through: readonly [x: number, y: number];
    readonly over: readonly [from: number, to: number];
  }[];
}

/** A group of published results. A new one is one file and one line in the registry. */
export interface Reproduction {
  /** What the command line calls it. */
  readonly name: string;
  readonly title: string;
  /** The paper, and where in it the numbers stand. */
  readonly source: string;
  readonly items: readonly ReproducedItem[];
  readonly figures?: readonly ReproductionFigure[];
}

/** An item with what was measured. */
export interface ReproducedResult extends Omit<ReproducedItem, "measure">, Measurement {
  /** Whether every quantity keeps its bounds. */
  readonly holds: boolean;
  readonly seconds: number;
}

/** Whether a quantity keeps its bounds; what is not a number does not. */
export const keepsBounds = ({ value, least = -Infinity, most = Infinity }: MeasuredQuantity): boolean =>
  value >= least && value <= most;

/** Measures an item. One that ends in an error does not hold, and the error says why. */
export function reproduce(item: ReproducedItem, options: ReproductionOptions = {}): ReproducedResult {
  const { measure, ...about } = item;
  const started = performance.now();
  const finish = (measurement: Measurement): ReproducedResult => ({
    ...about,
    ...measurement,
    holds: measurement.quantities.length > 0 && measurement.quantities.every(keepsBounds),
    seconds: (performance.now() - started) / 1000,
  });
  try {
    return finish(measure(options));
  } catch (error) {
    return finish({ summary: `not measured: ${error instanceof Error ? error.message : error}`, quantities: [] });
  }
}

/** Numbers as a table shows errors: `7.1e-2, 8.0e-3`. */
export const errorList = (errors: readonly number[]): string =>
  errors.map((error) => error.toExponential(1)).join(", ");

/** A quantity that must lie within `distance` of what is published. */
export const near = (name: string, value: number, expected: number, distance: number): MeasuredQuantity => ({
  name,
  value,
  least: expected - distance,
  most: expected + distance,
});
