import type { LoopProgram } from "../compile/program.js";
import { formatShape } from "../errors.js";
import { type Expression, sameShape, topologicalOrder } from "../expression/expression.js";
import { add, multiply } from "../expression/primitives/arithmetic.js";
import { symbol } from "../expression/primitives/leaves.js";
import { substitute } from "../expression/transform.js";
import type { Integrator, StateExpressions, StepContext } from "../integrator.js";
import { type DynamicalSystem, TIME } from "../system.js";
import type { InputTiming } from "./inputs.js";

/** Symbols of the run itself; blanks keep them apart from every name a user can declare. */
export const STEP_SIZE = symbol("step size");
/** See {@link STEP_SIZE}: the time of state 0. */
export const START_TIME = symbol("start time");
const STEP_NUMBER = symbol("step number");

/** A row per step: the value of an input at a fraction of the step. */
export interface InputRow {
  readonly input: string;
  readonly fraction: number;
  readonly symbol: Expression;
}

/** A row per step: independent standard normal numbers. */
export interface NoiseRow {
  /** The `block` of the random counter. */
  readonly streamBlock: number;
  readonly symbol: Expression;
}

/** One step of an integrator on a system, with the loop around it, ready to be compiled. */
export interface StepProgram {
  readonly loop: LoopProgram;
  readonly inputRows: readonly InputRow[];
  readonly noiseRows: readonly NoiseRow[];
  /** What {@link StepProgramOptions.observe} asked for. */
  readonly observed: readonly Expression[];
}

/** Choices that change the program. */
export interface StepProgramOptions {
  /** How each input varies; an input that is left out is constant: a symbol of its own name, without rows. */
  readonly timings?: Readonly<Record<string, InputTiming>>;
  /** The run goes backwards in time: the step size will be negative. */
  readonly backwards?: boolean;
  /** Further expressions of a step: of the state before it (the blocks' symbols), the state after it, rows and time. */
  observe?(context: StepContext, next: StateExpressions): readonly Expression[];
}

/**
 * Assembles the loop of steps of an integrator on a system.
 *
 * Carried symbols are the state blocks' own. Other symbols of the program are the parameters and constant inputs by their
 * names, {@link STEP_SIZE} (negative for a run backwards in time) and {@link START_TIME}; step k starts at
 * `START_TIME + k * STEP_SIZE`. Row symbols that no state depends on are left out.
 *
 * A run backwards in time takes the integrator's step with -h, or its own `retreat` where it has one.
 *
 * Random counters: the noise of draw `index` for the state block at position `b` of `B` blocks has the block `index * B + b`.
 */
export function stepProgram(
  system: DynamicalSystem,
  integrator: Integrator,
  { timings = {}, backwards = false, observe }: StepProgramOptions = {},
): StepProgram {
  const inputRows = new Map<Expression, InputRow>();
  const noiseRows = new Map<Expression, NoiseRow>();

  const inputAt = (name: string, plain: Expression, fraction: number): Expression => {
    const timing = timings[name] ?? "constant";
    if (timing === "constant") return plain;
    const row = symbol(timing === "held" ? `${name} held` : `${name} at ${fraction}`, plain.shape);
    inputRows.set(row, { input: name, fraction: timing === "held" ? 0 : fraction, symbol: row });
    return row;
  };
  const timeAfter = (fraction: number): Expression => add(START_TIME, multiply(add(STEP_NUMBER, fraction), STEP_SIZE));

  const context: StepContext = {
    system,
    time: timeAfter(0),
    step: STEP_SIZE,
    state: new Map(system.state.map((block) => [block.name, block.symbol])),
    at(state, fraction, expressions) {
      const replacements = new Map<Expression, Expression>([[symbol(TIME), timeAfter(fraction)]]);
      for (const block of system.state) replacements.set(block.symbol, stateOf(state, block.name));
      for (const block of system.input) {
        replacements.set(block.symbol, inputAt(block.name, block.symbol, fraction));
      }
      const values = substitute([...expressions.values()], replacements);
      return new Map([...expressions.keys()].map((key, k) => [key, values[k] as Expression]));
    },
    noise(block, index = 0) {
      const position = system.state.findIndex(({ name }) => name === block);
      const { shape } = system.state[position] as (typeof system.state)[number];
      const row = symbol(`noise ${index} of ${block}`, shape);
      noiseRows.set(row, { streamBlock: index * system.state.length + position, symbol: row });
      return row;
    },
  };

  const next = (backwards ? integrator.retreat?.(context) : undefined) ?? integrator.advance(context);
  const carried = system.state.map((block) => ({ symbol: block.symbol, next: stateOf(next, block.name) }));
  for (const { symbol: state, next: value } of carried) {
    if (sameShape(state.shape, value.shape)) continue;
    const shapes = `${formatShape(value.shape)} for a block of shape ${formatShape(state.shape)}`;
    throw new Error(`${integrator.name} on "${system.name}" returned ${shapes}`);
  }
  const observed = observe?.(context, next) ?? [];
  const used = new Set(topologicalOrder([...carried.map(({ next: value }) => value), ...observed]));
  const reached = <Row extends { readonly symbol: Expression }>(rows: Iterable<Row>): Row[] =>
    [...rows].filter((row) => used.has(row.symbol));
  const inputs = reached(inputRows.values());
  const noises = reached(noiseRows.values());
  return {
    loop: { carried, rows: [...inputs, ...noises].map((row) => row.symbol), stepIndex: STEP_NUMBER },
    inputRows: inputs,
    noiseRows: noises,
    observed,
  };
}

function stateOf(state: StateExpressions, name: string): Expression {
  const value = state.get(name);
  if (value === undefined) throw new Error(`the step gives no value for the state block ${name}`);
  return value;
}
