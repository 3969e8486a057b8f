import { type Expression, sizeOf, topologicalOrder } from "../../expression/expression.js";
import { add, multiply } from "../../expression/primitives/arithmetic.js";
import { less, where } from "../../expression/primitives/comparison.js";
import { symbol, symbolName, symbolsOf } from "../../expression/primitives/leaves.js";
import { broadcast, reshape } from "../../expression/primitives/rearrangement.js";
import { sum } from "../../expression/primitives/sum.js";
import { batchByName, substitute } from "../../expression/transform.js";
import type { BatchOptions, Carried, LoopProgram } from "../program.js";
import { gatherFixedFactors } from "./factors.js";
import type { EmissionLimits } from "./limits.js";
import { entrySymbol, unroll } from "./unroll.js";

/** Where a symbol of the prepared graph lives: `count` entries from `position` on in the buffer of a user's symbol. */
export interface SymbolSource {
  readonly name: string;
  readonly position: number;
}

/** A program rewritten for emission: scalars in registers, or one graph over all trajectories. */
export interface Prepared {
  readonly carried: readonly Carried[];
  readonly rows: ReadonlySet<string>;
  readonly stepIndex: Expression | undefined;
  readonly until: Expression | undefined;
  readonly outputs: readonly (readonly Expression[])[];
  readonly source: (symbol: Expression) => SymbolSource;
  /** Whether code runs one trajectory after the other (else the graph covers all of them). */
  readonly perTrajectoryLoop: boolean;
}

export const nameOf = (expression: Expression): string => symbolName(expression) as string;

/** Carried internally while trajectories of a batch end at different steps. */
const RUNNING = "[running]";

/** Names of symbols with one value per trajectory; the number of the step is the same for all. */
export function ownNames(
  { carried, stepIndex }: LoopProgram,
  { perTrajectory = new Set() }: BatchOptions,
): Set<string> {
  const own = new Set([...perTrajectory, ...carried.map(({ symbol: state }) => nameOf(state))]);
  if (stepIndex !== undefined) own.delete(nameOf(stepIndex));
  return own;
}

/** Rewrites a loop; see {@link Prepared}. */
export function prepareLoop(program: LoopProgram, options: BatchOptions, limits: EmissionLimits): Prepared {
  const { trajectories = 1 } = options;
  const { carried, rows = [], stepIndex, until } = program;
  const states = carried.map(({ symbol: state }) => state);
  const next = carried.map(({ next: value }) => value);
  // The condition is about the state after the step.
  const after = until && (substitute([until], new Map(carried.map((c) => [c.symbol, c.next])))[0] as Expression);
  const rowNames = new Set(rows.map(nameOf));
  const targets = after === undefined ? next : [...next, after];
  const changing = new Set([...states, ...rows, ...(stepIndex === undefined ? [] : [stepIndex])].map(nameOf));
  const unrolled = unroll([...targets, ...states], limits)?.slice(0, targets.length);
  if (unrolled !== undefined) {
    const values = gatherFixedFactors(unrolled.flat(), (node) => !changing.has(entrySource(node).name));
    const symbols = states.flatMap((state) =>
      Array.from({ length: sizeOf(state.shape) }, (_, position) => entrySymbol(nameOf(state), position)),
    );
    return {
      carried: symbols.map((state, k) => ({ symbol: state, next: values[k] as Expression })),
      rows: rowNames,
      stepIndex: stepIndex && entrySymbol(nameOf(stepIndex), 0),
      until: values[symbols.length],
      outputs: [],
      source: entrySource,
      perTrajectoryLoop: true,
    };
  }
  const values = gatherFixedFactors(targets, (node) => !changing.has(nameOf(node)));
  if (trajectories === 1) {
    return {
      carried: states.map((state, k) => ({ symbol: state, next: values[k] as Expression })),
      rows: rowNames,
      stepIndex,
      until: values[states.length],
      outputs: [],
      source: wholeSource,
      perTrajectoryLoop: false,
    };
  }
  const own = ownNames(program, options);
  const batched = batchByName([...values, ...states], own, trajectories);
  const batchedStates = batched.slice(values.length);
  const batchedCarried = states.map((_, k) => ({
    symbol: batchedStates[k] as Expression,
    next: batched[k] as Expression,
  }));
  const base = { rows: rowNames, stepIndex, outputs: [], source: wholeSource, perTrajectoryLoop: false };
  if (after === undefined) return { ...base, carried: batchedCarried, until: undefined };
  const running = symbol(RUNNING, [trajectories]);
  const goesOn = multiply(running, add(1, multiply(-1, less(0, batched[next.length] as Expression))));
  const frozen = batchedCarried.map(({ symbol: state, next: value }) => ({
    symbol: state,
    next: where(overState(running, state), value, state),
  }));
  return {
    ...base,
    carried: [...frozen, { symbol: running, next: goesOn }],
    until: less(sum(goesOn), 0.5),
  };
}

/** The flag of each trajectory over the entries of its state. */
const overState = (flag: Expression, state: Expression): Expression =>
  broadcast(reshape(flag, [...flag.shape, ...new Array<number>(state.shape.length - 1).fill(1)]), state.shape);

/** Rewrites a function; see {@link Prepared}. */
export function prepareFunction(
  outputs: readonly Expression[],
  options: BatchOptions,
  limits: EmissionLimits,
): Prepared {
  const { trajectories = 1, perTrajectory = new Set<string>() } = options;
  const base = { carried: [], rows: new Set<string>(), stepIndex: undefined, until: undefined };
  const unrolled = unroll(outputs, limits);
  if (unrolled !== undefined) {
    const values = gatherFixedFactors(unrolled.flat(), () => false);
    const entries = values.values();
    const regrouped = unrolled.map((output) => output.map(() => entries.next().value as Expression));
    return { ...base, outputs: regrouped, source: entrySource, perTrajectoryLoop: true };
  }
  const values = gatherFixedFactors(outputs, () => false);
  const whole = trajectories === 1 ? values : batchByName(values, perTrajectory, trajectories);
  return { ...base, outputs: whole.map((output) => [output]), source: wholeSource, perTrajectoryLoop: false };
}

const wholeSource = (node: Expression): SymbolSource => ({ name: nameOf(node), position: 0 });

function entrySource(node: Expression): SymbolSource {
  const text = nameOf(node);
  const bracket = text.lastIndexOf("[");
  return { name: text.slice(0, bracket), position: Number(text.slice(bracket + 1, -1)) };
}

/** Sizes of the user's symbols by name, before any rewriting. */
export function symbolSizes(expressions: readonly Expression[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const [name, node] of symbolsOf(topologicalOrder(expressions))) sizes.set(name, sizeOf(node.shape));
  return sizes;
}

/** Whether a carried name is the internal flag of {@link prepareLoop}; it starts at 1 in every run. */
export const isRunningFlag = (name: string): boolean => name === RUNNING;
