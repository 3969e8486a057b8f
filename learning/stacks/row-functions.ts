import type { Backend, CompiledFunction } from "../../core/compile/program.js";
import { transposedJacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf, topologicalOrder } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { symbolsOf } from "../../core/expression/primitives/leaves.js";
import { sumOverTrajectories } from "../../core/expression/trajectory-sum.js";
import { batchByName } from "../../core/expression/transform.js";
import { nameOf } from "../trajectory/trajectory-data.js";

/**
 * Functions without a state, computed for all rows (steps times examples) at once. Symbols that have one value per row
 * stand in `buffers`, [rows, ...shape]; all others, such as parameters, are shared.
 */
export class Rows {
  readonly buffers: Record<string, Float64Array> = {};
  private readonly names = new Set<string>();

  /** @param shared buffers of the other symbols */
  constructor(
    readonly count: number,
    private readonly backend: Backend,
    private readonly shared: Readonly<Record<string, Float64Array>>,
  ) {}

  /** Declares a symbol with one value per row and returns its buffer. */
  each(quantity: Expression): Float64Array {
    const name = nameOf(quantity);
    this.names.add(name);
    this.buffers[name] ??= new Float64Array(this.count * sizeOf(quantity.shape));
    return this.buffers[name];
  }

  /** Compiles expressions whose value for each row is wanted. */
  compileEach(outputs: readonly Expression[]): CompiledFunction {
    return this.backend.compileFunction(
      { outputs },
      { trajectories: this.count, perTrajectory: this.names, bind: this.bound },
    );
  }

  /** Compiles expressions whose sum over the rows is wanted. */
  compileTotal(outputs: readonly Expression[]): CompiledFunction {
    const sums =
      this.count === 1
        ? outputs
        : batchByName(outputs, this.names, this.count).map((output) => sumOverTrajectories(output));
    return this.backend.compileFunction({ outputs: sums }, { bind: this.bound });
  }

  private get bound(): Readonly<Record<string, Float64Array>> {
    return { ...this.shared, ...this.buffers };
  }
}

/** Slopes of a cost at some values, row by row, and where to add what they give for other values. */
export interface PulledBack {
  /** The place of the slopes for a symbol with one value per row; without one, they are not wanted. */
  readonly rows: ReadonlyMap<Expression, Float64Array>;
  /** The place of the sum of the slopes for a shared symbol. */
  readonly sums: ReadonlyMap<Expression, Float64Array>;
}

/** Functions of rows with their reverse derivative: values forwards, slopes backwards. */
export class RowFunctions {
  /** The functions' values, one array per function. */
  readonly values: readonly Float64Array[];
  /** The slopes of the cost at the functions' values, which {@link RowFunctions.pullBack} reads. */
  readonly slopes: readonly Float64Array[];
  private readonly forwards: CompiledFunction;
  private readonly backwards: CompiledFunction;
  private readonly totals: CompiledFunction;
  private readonly each: readonly Float64Array[];
  private readonly sums: readonly Float64Array[];

  /**
   * @param label tells these functions from others of the same rows
   * @param places where slopes are added up
   */
  constructor(rows: Rows, label: string, functions: readonly Expression[], { rows: perRow, sums }: PulledBack) {
    const slopes = functions.map(({ shape }, k) => symbol(`slope ${k} of ${label}`, shape));
    this.slopes = slopes.map((slope) => rows.each(slope));
    const used = symbolsOf(topologicalOrder(functions));
    const places = (group: ReadonlyMap<Expression, Float64Array>): (readonly [Expression, Float64Array])[] =>
      [...group].filter(([own]) => used.has(nameOf(own)));
    const [each, shared] = [places(perRow), places(sums)];
    const through = (wanted: typeof each): Expression[] =>
      transposedJacobianProduct(
        functions,
        slopes,
        wanted.map(([own]) => own),
      );
    this.each = each.map(([, place]) => place);
    this.sums = shared.map(([, place]) => place);
    this.forwards = rows.compileEach(functions);
    this.values = this.forwards.outputs;
    this.backwards = rows.compileEach(through(each));
    this.totals = rows.compileTotal(through(shared));
  }

  /** Computes {@link values} from the rows. */
  run(): void {
    this.forwards.run();
  }

  /** Adds what {@link slopes} give for the symbols the functions depend on. */
  pullBack(): void {
    this.backwards.run();
    this.totals.run();
    this.each.forEach((place, k) => {
      addTo(place, this.backwards.outputs[k] as Float64Array);
    });
    this.sums.forEach((place, k) => {
      addTo(place, this.totals.outputs[k] as Float64Array);
    });
  }
}

/** sum <- sum + factor values */
export function addTo(sum: Float64Array, values: Float64Array, factor = 1): void {
  for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + factor * (values[k] as number);
}
