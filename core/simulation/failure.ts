import { type Bindings, evaluate } from "../compile/interpreter/evaluate.js";
import { type Expression, topologicalOrder } from "../expression/expression.js";
import { symbolName } from "../expression/primitives/leaves.js";
import type { SimulationResult } from "./result.js";
import { entryName } from "./values.js";

/** Where and why the numbers of a run ended. */
export interface SimulationFailure {
  /** The step that gave the value, counted from 0; it starts at `time`. */
  readonly step: number;
  readonly time: number;
  /** The step size, with its sign. */
  readonly stepSize: number;
  readonly block: string;
  /** The index of the entry in its block; [] for a scalar. */
  readonly component: readonly number[];
  /** `undefined` where the run has one trajectory. */
  readonly trajectory: number | undefined;
  /** The value: NaN or an infinity. */
  readonly value: number;
  /** The likely cause and what to do, as clauses. */
  readonly reason: string;
}

/** A state became NaN or infinite. What was computed before is in `partial`; its `final` is the last finite state. */
export class SimulationError extends Error implements SimulationFailure {
  readonly step: number;
  readonly time: number;
  readonly stepSize: number;
  readonly block: string;
  readonly component: readonly number[];
  readonly trajectory: number | undefined;
  readonly value: number;
  readonly reason: string;
  /** Not enumerable, so that an error nobody catches prints its sentence and not the whole run. */
  declare readonly partial: SimulationResult;

  constructor(failure: SimulationFailure, partial: SimulationResult) {
    const { step, time, stepSize, block, component, trajectory, value, reason } = failure;
    const where = trajectory === undefined ? "" : ` of trajectory ${trajectory}`;
    super(
      `${partial.system.name}: ${entryName(block, component)}${where} became ${value} in step ${step} ` +
        `(from t = ${time} to ${time + stepSize}): ${reason}.`,
    );
    this.name = "SimulationError";
    this.step = step;
    this.time = time;
    this.stepSize = stepSize;
    this.block = block;
    this.component = component;
    this.trajectory = trajectory;
    this.value = value;
    this.reason = reason;
    Object.defineProperty(this, "partial", { value: partial });
  }
}

/** Where a primitive has no value: the operand at fault and in which range. */
interface DomainRule {
  readonly operand: number;
  readonly outside: (value: number) => boolean;
  readonly words: (value: number) => string;
}

const short = (value: number): string => String(Number(value.toPrecision(6)));

const DOMAINS: Readonly<Record<string, DomainRule>> = {
  log: { operand: 0, outside: (value) => value <= 0, words: (value) => `the logarithm of ${short(value)} was taken` },
  sqrt: { operand: 0, outside: (value) => value < 0, words: (value) => `the square root of ${short(value)} was taken` },
  divide: { operand: 1, outside: (value) => value === 0, words: () => "a number was divided by 0" },
  power: {
    operand: 0,
    outside: (value) => value <= 0,
    words: (value) => `${short(value)} was raised to a power that is not defined there`,
  },
  solve: { operand: 0, outside: () => true, words: () => "a system of linear equations had a singular matrix" },
};

const isBad = (value: number): boolean => !Number.isFinite(value);

/**
 * Finds the operation of a step that gave the first value that is not finite, by the interpreter, and says in words what
 * that means.
 *
 * @param next the state after the step
 * @param bindings all symbols of the step, finite unless an input is not
 */
export function explainFailure(next: readonly Expression[], bindings: Bindings, stepSize: number): string {
  const order = topologicalOrder(next);
  const values = evaluate(order, bindings);
  const at = order.findIndex((_, k) => (values[k] as Float64Array).some(isBad));
  const smaller = `try a smaller step, for example ${Number((Math.abs(stepSize) / 10).toPrecision(3))}`;
  const overflow =
    `the numbers grew beyond the largest double, because the step ${Math.abs(stepSize)} is too large for the fastest ` +
    `motion of the system or the exact solution grows without bound; ${smaller}`;
  const node = order[at];
  if (node === undefined) return overflow;
  const name = symbolName(node);
  if (name !== undefined) return `the values given for ${name} are not finite in this step`;
  if (node.primitive.name === "root") {
    return `the equations of the implicit step have no solution that its iteration finds from the state before; ${smaller}`;
  }
  const rule = DOMAINS[node.primitive.name];
  if (rule === undefined) return overflow;
  const operand = values[order.indexOf(node.operands[rule.operand] as Expression)] as Float64Array;
  const culprit = operand.find(rule.outside);
  if (culprit === undefined) return overflow;
  return `${rule.words(culprit)}, which is outside the domain of the formula; start further inside the domain, or ${smaller}`;
}
