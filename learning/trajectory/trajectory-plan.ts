import type { Backend, CompiledFunction, CompiledLoop } from "../../core/compile/program.js";
import { type Expression, sizeOf, topologicalOrder } from "../../core/expression/expression.js";
import { add } from "../../core/expression/functions.js";
import { symbol, symbolsOf } from "../../core/expression/primitives/leaves.js";
import { sumOverTrajectories } from "../../core/expression/trajectory-sum.js";
import { batchByName } from "../../core/expression/transform.js";
import type { Clock } from "../../core/simulation/clock.js";
import type { InputSource } from "../../core/simulation/inputs.js";
import { START_TIME, STEP_SIZE } from "../../core/simulation/step-program.js";
import type { StateArray } from "../../core/system.js";
import type { LearningTask } from "../task.js";
import { nameOf, type TrajectoryData } from "./trajectory-data.js";

/** A value that changes from step to step: where it comes from, and at which place of the step. */
export interface Row {
  readonly symbol: Expression;
  /** The input or target. */
  readonly source: string;
  /** 0 is the start of the step, 1 its end; held values belong to the whole step. */
  readonly fraction: number;
}

/** A quantity with one value per example, carried from step to step. */
export interface Carried {
  readonly symbol: Expression;
  readonly next: Expression;
}

/** A sum over steps, and over examples unless it is one per example. */
export interface Total {
  readonly symbol: Expression;
  /** What one step of one example adds. */
  readonly adds: Expression;
  readonly perExample: boolean;
}

/** A loop over the steps of trajectories, written for one example. */
export interface TrajectoryProgram {
  readonly carried: readonly Carried[];
  readonly totals?: readonly Total[];
  readonly rows?: readonly Row[];
  /** Symbols with one stored array per step: [steps, examples, ...shape]. */
  readonly stored?: ReadonlyMap<Expression, Float64Array>;
  readonly stepIndex?: Expression;
}

/** A compiled {@link TrajectoryProgram}. */
export interface TrajectoryLoop {
  /** Starts all totals from zero. */
  clear(): void;
  /**
   * Takes `count` steps from step `first` of the loop on.
   *
   * @param backwards whether rows and stored arrays are met from the last step to the first, as a time-reversed run does
   */
  run(first: number, count: number, backwards?: boolean): void;
}

/** Rows that a compiled loop holds at a time. */
const ROWS = 256;
/** The longest call of a loop without rows. */
const LONGEST_CALL = 2 ** 20;

/**
 * The buffers of one trajectory task for one number of examples and one way of varying its inputs, and what is compiled over
 * them. Expressions are written for one example; quantities per example get a leading axis, totals are summed over it.
 */
export class TrajectoryPlan {
  readonly buffers: Record<string, Float64Array> = {};
  private readonly perExample = new Set<string>();
  private sources: ReadonlyMap<string, InputSource>;
  clock: Clock;

  constructor(
    readonly task: LearningTask,
    readonly examples: number,
    readonly backend: Backend,
    data: TrajectoryData,
  ) {
    this.sources = data.sources;
    this.clock = data.clock;
    for (const { name, shape } of task.system.parameters) this.buffers[name] = new Float64Array(sizeOf(shape));
    for (const { block, timing, perTrajectory } of data.sources.values()) {
      if (timing !== "constant") continue;
      if (perTrajectory) this.perExample.add(block.name);
      this.buffers[block.name] = new Float64Array(sizeOf(block.shape) * (perTrajectory ? examples : 1));
    }
    for (const block of task.system.state) this.each(block.symbol);
    this.buffers[nameOf(STEP_SIZE)] = new Float64Array(1);
    this.buffers[nameOf(START_TIME)] = new Float64Array(1);
  }

  /** Declares a symbol with one value per example and returns its buffer. */
  each(quantity: Expression): Float64Array {
    const name = nameOf(quantity);
    this.perExample.add(name);
    this.buffers[name] ??= new Float64Array(this.examples * sizeOf(quantity.shape));
    return this.buffers[name];
  }

  /** Reads the data of one call into the buffers; the state becomes the initial one where it is given. */
  load(data: TrajectoryData): void {
    this.sources = data.sources;
    this.clock = data.clock;
    for (const [name, values] of Object.entries(data.parameters)) this.buffers[name]?.set(values);
    for (const source of data.sources.values()) {
      if (source.timing === "constant") source.write(this.buffers[source.block.name] as Float64Array, 0, 0, 0);
    }
    for (const [name, values] of data.initial) this.buffers[name]?.set(values);
    this.buffers[nameOf(STEP_SIZE)]?.fill(data.clock.step);
    this.buffers[nameOf(START_TIME)]?.fill(data.clock.start);
  }

  /** How an input or target varies. */
  timing(name: string): InputSource["timing"] {
    return (this.sources.get(name) as InputSource).timing;
  }

  /** Whether each example has its own values of an input or target. */
  isPerExample(name: string): boolean {
    return (this.sources.get(name) as InputSource).perTrajectory;
  }

  /** How the inputs vary, for the program of a step. */
  timings(): Record<string, InputSource["timing"]> {
    return Object.fromEntries(this.task.system.input.map(({ name }) => [name, this.timing(name)]));
  }

  /** Compiles expressions that are wanted for every example, from the buffers. */
  compileEach(outputs: readonly Expression[]): CompiledFunction {
    return this.backend.compileFunction(
      { outputs },
      { trajectories: this.examples, perTrajectory: this.perExample, bind: this.buffers },
    );
  }

  /** Compiles expressions whose sum over the examples is wanted. */
  compileTotal(outputs: readonly Expression[]): CompiledFunction {
    return this.backend.compileFunction({ outputs: this.summed(outputs) }, { bind: this.buffers });
  }

  private summed(outputs: readonly Expression[]): Expression[] {
    if (this.examples === 1) return [...outputs];
    return batchByName(outputs, this.perExample, this.examples).map(sumOverTrajectories);
  }

  /** The symbol over all examples. */
  private whole(quantity: Expression): Expression {
    const name = nameOf(quantity);
    const several = this.examples > 1 && this.perExample.has(name);
    return several ? symbol(name, [this.examples, ...quantity.shape]) : quantity;
  }

  /** Compiles a loop. Carried quantities and totals live in the plan's buffers. */
  compileLoop(program: TrajectoryProgram): TrajectoryLoop {
    const { totals: all = [], rows = [], stored = new Map<Expression, Float64Array>(), stepIndex } = program;
    const totals = all.filter(({ perExample }) => !perExample);
    const carried = [
      ...program.carried,
      ...all
        .filter(({ perExample }) => perExample)
        .map(({ symbol: total, adds }) => ({ symbol: total, next: add(total, adds) })),
    ];
    for (const { symbol: quantity } of carried) this.each(quantity);
    for (const { symbol: total } of totals) this.buffers[nameOf(total)] ??= new Float64Array(sizeOf(total.shape));
    const moving = rows.filter(({ source }) => this.timing(source) !== "constant");
    for (const { symbol: row, source } of moving) {
      if (this.sources.get(source)?.perTrajectory) this.perExample.add(nameOf(row));
    }
    for (const quantity of stored.keys()) this.perExample.add(nameOf(quantity));
    const nexts = carried.map(({ next }) => next);
    const batched = this.examples === 1 ? nexts : batchByName(nexts, this.perExample, this.examples);
    const sums = this.summed(totals.map(({ adds }) => adds));
    const used = symbolsOf(topologicalOrder([...nexts, ...totals.map(({ adds }) => adds)]));
    const rowsUsed = moving.filter(({ symbol: row }) => used.has(nameOf(row)));
    const storedUsed = [...stored].filter(([quantity]) => used.has(nameOf(quantity)));
    const hasRows = rowsUsed.length + storedUsed.length > 0;
    const capacity = hasRows ? Math.min(ROWS, this.clock.steps) : 1;
    const loop = this.backend.compileLoop(
      {
        carried: [
          ...carried.map(({ symbol: quantity }, k) => ({
            symbol: this.whole(quantity),
            next: batched[k] as Expression,
          })),
          ...totals.map(({ symbol: total }, k) => ({ symbol: total, next: add(total, sums[k] as Expression) })),
        ],
        rows: [...rowsUsed.map(({ symbol: row }) => this.whole(row)), ...storedUsed.map(([row]) => this.whole(row))],
        ...(stepIndex === undefined ? {} : { stepIndex }),
      },
      { bind: this.buffers, capacity },
    );
    return {
      clear: () => {
        for (const { symbol: total } of all) this.buffers[nameOf(total)]?.fill(0);
      },
      run: (first, count, backwards = false) => {
        const longest = hasRows ? capacity : LONGEST_CALL;
        for (let step = first; step < first + count; step += longest) {
          const taken = Math.min(longest, first + count - step);
          for (const row of rowsUsed) this.fillRow(loop, row, step, taken, backwards);
          for (const [row, values] of storedUsed) this.fillStored(loop, row, values, step, taken, backwards);
          loop.run(step, taken);
        }
      },
    };
  }

  private fillRow(loop: CompiledLoop, row: Row, first: number, count: number, backwards: boolean): void {
    const source = this.sources.get(row.source) as InputSource;
    const buffer = loop.rows[nameOf(row.symbol)] as Float64Array;
    const size = sizeOf(row.symbol.shape) * (source.perTrajectory ? this.examples : 1);
    for (let k = 0; k < count; k++) {
      const step = backwards ? this.clock.steps - 1 - first - k : first + k;
      source.write(buffer, k * size, step, row.fraction);
    }
  }

  private fillStored(
    loop: CompiledLoop,
    row: Expression,
    values: Float64Array,
    first: number,
    count: number,
    backwards: boolean,
  ): void {
    const buffer = loop.rows[nameOf(row)] as Float64Array;
    const size = this.examples * sizeOf(row.shape);
    for (let k = 0; k < count; k++) {
      const step = backwards ? this.clock.steps - 1 - first - k : first + k;
      buffer.set(values.subarray(step * size, (step + 1) * size), k * size);
    }
  }

  /** Copies of the state blocks' buffers. */
  copyState(): Record<string, Float64Array> {
    return Object.fromEntries(
      this.task.system.state.map(({ name }) => [name, (this.buffers[name] as Float64Array).slice()]),
    );
  }

  /** A buffer as a result: of the block's shape, or with a leading axis of examples. */
  result(values: Float64Array, shape: readonly number[], perExample: boolean): StateArray {
    const several = perExample && this.examples > 1;
    return { data: values.slice(), shape: several ? [this.examples, ...shape] : shape };
  }
}
