import { type Expression, type Shape, sizeOf } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { nameOf } from "./trajectory-data.js";
import type { Carried, Row, TrajectoryPlan } from "./trajectory-plan.js";

/** The gradient of an input that varies in time: [rows, ...shape], or [rows, examples, ...shape] where each example has its own. */
export interface VaryingGradient {
  readonly data: Float64Array;
  readonly shape: Shape;
}

/**
 * Gradients for inputs that vary in time, row by row. A loop carries what the step it took gives for its rows; after each
 * step they are collected.
 */
export class RowGradients {
  readonly rows: readonly Row[];
  private readonly found = new Map<string, VaryingGradient>();

  /** @param rows of the step program; those of functions of t have no gradient */
  constructor(
    private readonly plan: TrajectoryPlan,
    rows: readonly Row[],
  ) {
    this.rows = rows.filter(({ source }) => this.isTimed(source));
  }

  private isTimed = (input: string): boolean => ["held", "nodes"].includes(this.plan.timing(input));

  /** Symbols to differentiate with respect to. */
  get symbols(): Expression[] {
    return this.rows.map((row) => row.symbol);
  }

  /** @param slopes one per row */
  carried(slopes: readonly Expression[]): Carried[] {
    return this.rows.map((row, k) => ({ symbol: this.slopeSymbol(row), next: slopes[k] as Expression }));
  }

  private slopeSymbol = (row: Row): Expression => symbol(`gradient of ${nameOf(row.symbol)}`, row.symbol.shape);

  /** Starts from zero, also for inputs that the step does not read. */
  clear(): void {
    this.found.clear();
    const { clock, task } = this.plan;
    for (const { name, shape: own } of task.system.input.filter((block) => this.isTimed(block.name))) {
      const count = this.plan.timing(name) === "held" ? clock.steps : clock.steps + 1;
      const shape = [count, ...(this.perExample(name) ? [this.plan.examples] : []), ...own];
      this.found.set(name, { data: new Float64Array(sizeOf(shape)), shape });
    }
  }

  private perExample = (source: string): boolean => this.plan.examples > 1 && this.plan.isPerExample(source);

  /** Adds what the loop found for one step. */
  collect(step: number): void {
    for (const row of this.rows) {
      const slopes = this.plan.buffers[nameOf(this.slopeSymbol(row))] as Float64Array;
      const weights = this.plan.timing(row.source) === "held" ? [1] : [1 - row.fraction, row.fraction];
      weights.forEach((weight, k) => {
        if (weight !== 0) this.add(row, step + k, weight, slopes);
      });
    }
  }

  private add({ source, symbol: row }: Row, at: number, weight: number, slopes: Float64Array): void {
    const { data } = this.found.get(source) as VaryingGradient;
    const size = sizeOf(row.shape) * (this.perExample(source) ? this.plan.examples : 1);
    for (let k = 0; k < slopes.length; k++) {
      const place = at * size + (k % size);
      data[place] = (data[place] as number) + weight * (slopes[k] as number);
    }
  }

  /** By input. */
  get gradients(): ReadonlyMap<string, VaryingGradient> {
    return this.found;
  }
}
