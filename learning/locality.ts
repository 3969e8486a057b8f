import { evaluate } from "../core/compile/interpreter/evaluate.js";
import { type Expression, sizeOf, topologicalOrder } from "../core/expression/expression.js";
import {
  addPrimitive,
  dividePrimitive,
  multiplyPrimitive,
  negatePrimitive,
  subtractPrimitive,
} from "../core/expression/primitives/arithmetic.js";
import { lessPrimitive, signPrimitive, wherePrimitive } from "../core/expression/primitives/comparison.js";
import { constantValue, symbolsOf } from "../core/expression/primitives/leaves.js";
import { sumPrimitive } from "../core/expression/primitives/sum.js";
import { dependsOn, randomBindings } from "../core/structure-proofs.js";
import type { ParameterBlock } from "../core/system.js";
import type { LearningTask } from "./task.js";
import { DERIVED_STATES, derivedName } from "./transformations/names.js";

/** What an update reads, by name. */
export interface UpdateReads {
  /** The states in it, as the phases kept them, for example `hidden_plus`. */
  readonly states: readonly string[];
  /** The state blocks those are of. */
  readonly blocks: readonly string[];
  /** The most entries of the state that one entry of the parameter reads; left out where that was not looked at. */
  readonly entries?: number;
  /** Other parameters, and the parameter itself where the cost depends on it. */
  readonly parameters: readonly string[];
  readonly input: readonly string[];
  readonly target: readonly string[];
  /** Only state blocks and parameters that stand with the parameter in a term of the energy, force or cost. */
  readonly local: boolean;
}

/** Beyond this many evaluated numbers the entries are not counted. */
const MOST_WORK = 1e7;
/** What passes on no mark: a comparison with a number that is none is false. */
const UNMARKED = new Set<unknown>([lessPrimitive, signPrimitive, wherePrimitive]);

/** Reads off an update what its parameter has to know. */
export function readsOf(task: LearningTask, parameter: ParameterBlock, update: Expression): UpdateReads {
  const { system, target } = task;
  const read = symbolsOf(topologicalOrder([update]));
  const namesOf = (block: string): string[] => [block, ...DERIVED_STATES.map((each) => derivedName(block, each))];
  const present = (blocks: readonly { readonly name: string }[]): string[] =>
    blocks.map(({ name }) => name).filter((name) => read.has(name));
  const states = system.state.flatMap(({ name }) => namesOf(name).filter((each) => read.has(each)));
  const blocks = system.state.map(({ name }) => name).filter((name) => namesOf(name).some((each) => read.has(each)));
  const parameters = present(system.parameters);
  const neighbours = neighboursOf(task, parameter);
  const entries = entriesRead(task, update, namesOf);
  return {
    states,
    blocks,
    ...(entries === undefined ? {} : { entries }),
    parameters,
    input: present(system.input),
    target: present(target),
    local: [...blocks, ...parameters].every((name) => neighbours.has(name)),
  };
}

/** The blocks and parameters that stand with a parameter in a term of the energy (or of a force, with its own block) or cost. */
function neighboursOf({ system, cost }: LearningTask, parameter: ParameterBlock): ReadonlySet<string> {
  const neighbours = new Set<string>();
  const include = (expression: Expression, owner?: string): void => {
    for (const term of additiveTerms(expression)) {
      if (!dependsOn([term], [parameter.symbol])) continue;
      if (owner !== undefined) neighbours.add(owner);
      for (const name of symbolsOf(topologicalOrder([term])).keys()) neighbours.add(name);
    }
  };
  const { scalar } = system;
  if (scalar !== undefined && dependsOn([scalar], [parameter.symbol])) include(scalar);
  else for (const [name, force] of system.field) include(force, name);
  for (const part of Object.values(cost)) include(part);
  return neighbours;
}

/** The terms of sums, also of sums over entries; what is multiplied by a number is taken apart too. */
function additiveTerms(expression: Expression): Expression[] {
  const [a, b] = expression.operands as [Expression, Expression];
  switch (expression.primitive) {
    case addPrimitive:
    case subtractPrimitive:
      return [...additiveTerms(a), ...additiveTerms(b)];
    case negatePrimitive:
    case sumPrimitive as unknown:
      return additiveTerms(a);
    case multiplyPrimitive:
      return constantValue(a) === undefined ? [expression] : additiveTerms(b);
    case dividePrimitive:
      return constantValue(b) === undefined ? [expression] : additiveTerms(a);
    default:
      return [expression];
  }
}

/** Marks the entries of the state one by one with not-a-number, which arithmetic passes on, and counts where it arrives. */
function entriesRead(
  { system }: LearningTask,
  update: Expression,
  namesOf: (block: string) => readonly string[],
): number | undefined {
  const order = topologicalOrder([update]);
  const size = system.state.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const work = size * order.reduce((total, { shape }) => total + sizeOf(shape), 0);
  if (work > MOST_WORK || order.some(({ primitive }) => UNMARKED.has(primitive))) return undefined;
  const bindings = randomBindings([update], 1);
  const counts = new Uint32Array(sizeOf(update.shape));
  for (const { name, shape } of system.state) {
    const present = namesOf(name).filter((each) => Object.hasOwn(bindings, each));
    for (let entry = 0; entry < sizeOf(shape) && present.length > 0; entry++) {
      const marked = { ...bindings };
      for (const each of present) {
        const values = (bindings[each] as Float64Array).slice();
        values[entry] = Number.NaN;
        marked[each] = values;
      }
      const [values] = evaluate([update], marked) as [Float64Array];
      values.forEach((value, k) => {
        if (Number.isNaN(value)) counts[k] = (counts[k] as number) + 1;
      });
    }
  }
  return counts.reduce((most, count) => Math.max(most, count), 0);
}
