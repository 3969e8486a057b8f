import { defaultBackend } from "../core/compile/choose.js";
import type { Backend, CompiledFunction } from "../core/compile/program.js";
import { InputError } from "../core/errors.js";
import { type Expression, sizeOf } from "../core/expression/expression.js";
import { divide } from "../core/expression/functions.js";
import { sumOverTrajectories } from "../core/expression/trajectory-sum.js";
import { batchByName } from "../core/expression/transform.js";
import type { InputValue } from "../core/simulation/inputs.js";
import { blockValues, checkNames, entryName, indexOf, nestedShape } from "../core/simulation/values.js";
import type { DynamicalSystem, NumericValue, StateArray, StateBlock } from "../core/system.js";
import type { PreparedSolver, SettleReport, StationarySolver } from "../integrators/solvers/stationary-solver.js";
import { PhaseInvariants } from "./phase-invariants.js";
import { PhaseError, type PhaseReport, type TaskData } from "./rule.js";
import type { LearningTask } from "./task.js";
import { type DerivedState, derivedName } from "./transformations/names.js";

type Given = Readonly<Record<string, InputValue | undefined>>;

/**
 * The value given for a block.
 *
 * @throws InputError for one that varies in time
 */
function own(given: Given | undefined, name: string): NumericValue | undefined {
  const value = given !== undefined && Object.hasOwn(given, name) ? given[name] : undefined;
  if (typeof value !== "function" && !(typeof value === "object" && "timing" in value)) return value;
  throw new InputError({
    field: name,
    given: "a value that varies in time",
    expected: "a constant, because the cost is one of a stationary state",
  });
}

/** How many examples a value holds for a block of `size` entries. */
function examplesIn(value: NumericValue | undefined, size: number): number {
  if (value === undefined || typeof value === "number") return 1;
  const entries = nestedShape(value).reduce((total, extent) => total * extent, 1);
  return entries % size === 0 ? Math.max(1, entries / size) : 1;
}

/** A plain loop: arrays of weights are read for every batch. */
function allFinite(values: Float64Array): boolean {
  for (let k = 0; k < values.length; k++) if (!Number.isFinite(values[k])) return false;
  return true;
}

/** The number of examples in the data: the leading extent of inputs, targets and guesses. */
export function countExamples(task: LearningTask, data: TaskData): number {
  let examples = 1;
  const groups = [
    [task.system.input, data.input],
    [task.target, data.target],
    [task.system.state, data.guess],
  ] as const;
  for (const [blocks, given] of groups) {
    for (const { name, shape } of blocks) examples = Math.max(examples, examplesIn(own(given, name), sizeOf(shape)));
  }
  return examples;
}

/** A solver bound to a plan. */
export interface PreparedPhase {
  readonly state: readonly StateBlock[];
  readonly solver: PreparedSolver;
  /** What depends on values stored before the phase alone, such as a free state. */
  readonly stored: PhaseInvariants | undefined;
}

/**
 * The buffers of one task for one number of examples, and what is compiled over them. Phases share the buffers, so that
 * nothing is copied between solver, cost and gradient.
 */
export class StationaryPlan {
  readonly buffers: Record<string, Float64Array> = {};
  /** Names with one value per example. */
  readonly perExample: Set<string>;
  /** Names of the task's own blocks. */
  private readonly taskNames: ReadonlySet<string>;
  private readonly invariants: PhaseInvariants;
  /** How many phases have invariants of their own. */
  private phases = 0;
  /** Something the invariants depend on was written. */
  private stale = true;
  private readonly costFunction: CompiledFunction | undefined;

  constructor(
    readonly task: LearningTask,
    readonly examples: number,
    readonly backend: Backend = defaultBackend(),
  ) {
    const { system, target, cost } = task;
    const shared = system.parameters;
    const each = [...system.state, ...system.input, ...target];
    this.perExample = new Set(each.map(({ name }) => name));
    this.taskNames = new Set([...shared, ...each].map(({ name }) => name));
    for (const { name, shape } of shared) this.buffers[name] = new Float64Array(sizeOf(shape));
    for (const { name, shape } of each) this.buffers[name] = new Float64Array(examples * sizeOf(shape));
    const fixed = [...shared, ...system.input, ...target].map((block) => block.symbol);
    this.invariants = new PhaseInvariants(this, new Set(fixed), "invariant");
    this.costFunction = cost.final === undefined ? undefined : this.compileEach([cost.final]);
  }

  /** Compiles expressions that are wanted for every example. */
  compileEach(outputs: readonly Expression[]): CompiledFunction {
    return this.backend.compileFunction(
      { outputs },
      { trajectories: this.examples, perTrajectory: this.perExample, bind: this.buffers },
    );
  }

  /** Compiles expressions whose mean over the examples is wanted. */
  compileMean(outputs: readonly Expression[], alsoPerExample: ReadonlySet<string> = new Set()): CompiledFunction {
    const each = new Set([...this.perExample, ...alsoPerExample]);
    const means = batchByName(outputs, each, this.examples).map((output) =>
      divide(sumOverTrajectories(output), this.examples),
    );
    return this.backend.compileFunction({ outputs: means }, { bind: this.buffers });
  }

  /**
   * Prepares a solver of a system over the plan's buffers, which gain one for each block the system has besides the task's.
   */
  prepare(solver: StationarySolver, system: DynamicalSystem = this.task.system): PreparedPhase {
    const gained = this.allocate(system);
    const split = this.invariants.split(system);
    this.invalidate();
    const fixed = new Set([...split.parameters, ...split.input].map((block) => block.symbol));
    const stored =
      gained.length === 0 ? undefined : new PhaseInvariants(this, fixed, `invariant of phase ${this.phases++},`);
    const prepared = solver.prepare(stored?.split(split) ?? split, {
      trajectories: this.examples,
      perTrajectory: this.perExample,
      buffers: this.buffers,
      backend: this.backend,
    });
    return { state: system.state, solver: prepared, stored };
  }

  /** Makes the buffers that are missing; returns the names of the inputs among them. */
  private allocate({ state, parameters, input }: DynamicalSystem): string[] {
    for (const { name, shape } of parameters) this.buffers[name] ??= new Float64Array(sizeOf(shape));
    const missing = [...state, ...input].filter(({ name }) => this.buffers[name] === undefined);
    for (const { name, shape } of missing) {
      this.buffers[name] = new Float64Array(this.examples * sizeOf(shape));
      this.perExample.add(name);
    }
    return input.map(({ name }) => name).filter((name) => !this.taskNames.has(name));
  }

  /** Says that buffers of parameters, inputs or targets were written by hand; {@link load} says so itself. */
  invalidate(): void {
    this.stale = true;
  }

  /**
   * Reads parameters, inputs, guess and, unless `withoutTarget`, targets into the buffers.
   *
   * @throws InputError for a missing or unknown name, a shape that does not fit, or an entry that is not finite
   */
  load(data: TaskData, withoutTarget = false): void {
    const { system, target } = this.task;
    this.invalidate();
    const groups = [
      ["parameters", system.parameters, data.parameters, 1],
      ["input", system.input, data.input, this.examples],
      ["target", withoutTarget ? [] : target, withoutTarget ? undefined : data.target, this.examples],
    ] as const;
    for (const [group, blocks, given, copies] of groups) {
      checkNames(
        group,
        given ?? {},
        blocks.map(({ name }) => name),
      );
      for (const block of blocks) {
        const fallback = "default" in block ? (block.default as NumericValue | undefined) : undefined;
        const value = own(given, block.name) ?? fallback;
        if (value === undefined) {
          throw new InputError({
            field: `${group}.${block.name}`,
            given: "nothing",
            expected: `numbers of the shape [${block.shape.join(", ")}]`,
          });
        }
        this.fill(`${group}.${block.name}`, block.name, value, block.shape, copies);
      }
    }
    checkNames(
      "guess",
      data.guess ?? {},
      system.state.map(({ name }) => name),
    );
    for (const { name, shape, bounds } of system.state) {
      const start = Math.min(Math.max(0, bounds?.[0] ?? 0), bounds?.[1] ?? 0);
      this.fill(`guess.${name}`, name, own(data.guess, name) ?? start, shape, this.examples);
    }
  }

  private fill(field: string, name: string, value: NumericValue, shape: readonly number[], copies: number): void {
    const buffer = this.buffers[name] as Float64Array;
    if (value instanceof Float64Array && value.length === buffer.length && allFinite(value)) {
      buffer.set(value);
      return;
    }
    const { data, perTrajectory } = blockValues(field, value, shape, copies);
    if (perTrajectory || copies === 1) buffer.set(data);
    else for (let example = 0; example < copies; example++) buffer.set(data, example * data.length);
  }

  /** The cost of each example at the state in the buffers. */
  costs(): Float64Array {
    const { costFunction } = this;
    if (costFunction === undefined) throw new Error("the task has no final cost");
    costFunction.run();
    return (costFunction.outputs[0] as Float64Array).slice();
  }

  /** Copies of the state blocks' buffers. */
  copyState(): Record<string, Float64Array> {
    const copy: Record<string, Float64Array> = {};
    for (const { name } of this.task.system.state) copy[name] = (this.buffers[name] as Float64Array).slice();
    return copy;
  }

  /** Writes a copied state back. */
  restoreState(state: Readonly<Record<string, Float64Array>>): void {
    for (const [name, values] of Object.entries(state)) this.buffers[name]?.set(values);
  }

  /** Makes buffers of the state's shapes under a derived name. */
  makeRoom(derived: DerivedState): void {
    for (const { name, shape } of this.task.system.state) {
      this.buffers[derivedName(name, derived)] = new Float64Array(this.examples * sizeOf(shape));
      this.perExample.add(derivedName(name, derived));
    }
  }

  /** Copies the state to the buffers under a derived name. */
  keep(derived: DerivedState): void {
    for (const { name } of this.task.system.state) {
      this.buffers[derivedName(name, derived)]?.set(this.buffers[name] as Float64Array);
    }
  }

  /** Runs a phase and reports on it, with its distance from the free state where that is given. */
  settle(
    phase: string,
    { state, solver, stored }: PreparedPhase,
    free?: Readonly<Record<string, Float64Array>>,
  ): PhaseReport {
    if (this.stale) this.invariants.compute();
    this.stale = false;
    stored?.compute();
    const report = solver.settle();
    this.checkFinite(phase, state);
    return {
      ...report,
      phase,
      displacement: free === undefined ? 0 : this.distance(free),
      converged: isSettled(report),
    };
  }

  private distance(free: Readonly<Record<string, Float64Array>>): number {
    const squared = new Float64Array(this.examples);
    for (const [name, from] of Object.entries(free)) {
      const to = this.buffers[name] as Float64Array;
      const size = to.length / this.examples;
      for (let k = 0; k < to.length; k++) {
        const example = Math.floor(k / size);
        squared[example] = (squared[example] as number) + ((to[k] as number) - (from[k] as number)) ** 2;
      }
    }
    return Math.sqrt(squared.reduce((most, value) => Math.max(most, value), 0));
  }

  private checkFinite(phase: string, state: readonly StateBlock[]): void {
    for (const { name, shape } of state) {
      const values = this.buffers[name] as Float64Array;
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad < 0) continue;
      const size = sizeOf(shape);
      const component = entryName(name, indexOf(shape, bad % size));
      const remedy =
        "take a smaller step in the solver, or look for a term of the system that is unbounded or undefined there";
      throw new PhaseError(phase, component, Math.floor(bad / size), values[bad] as number, remedy);
    }
  }

  /** A buffer as a result: of the block's shape, or with a leading axis of examples. */
  result(values: Float64Array, shape: readonly number[], perExample: boolean): StateArray {
    const several = perExample && this.examples > 1;
    return { data: values.slice(), shape: several ? [this.examples, ...shape] : shape };
  }
}

const isSettled = (report: SettleReport): boolean => report.unsettled === 0;
