import { type Expression, sizeOf, topologicalOrder } from "../../core/expression/expression.js";
import { constant, multiply, symbol } from "../../core/expression/functions.js";
import { symbolName, symbolsOf } from "../../core/expression/primitives/leaves.js";
import { complexify } from "../../core/expression/transform.js";
import { largest, moved, type PointFunction, type PointValues, pointFunction } from "./point-function.js";
import { richardsonDerivative } from "./richardson-derivative.js";

/** A derivative along a direction, with the size of its error, per output. */
export interface MeasuredDerivative {
  readonly values: readonly Float64Array[];
  /** The largest error of an entry: a few rounding units of a complex step, or the error bar of differences. */
  readonly errors: readonly number[];
}

/** The derivative of some expressions at a point, along a direction given by symbol name. */
export type DirectionalDerivative = (at: PointValues, direction: PointValues) => MeasuredDerivative;

/** The imaginary step: its square is far below rounding, and as a power of two it is divided out exactly. */
const STEP = 2 ** -100;
/** Rounding units a complex step may err by, of the largest entry. */
const COMPLEX_ERROR = 64 * Number.EPSILON;

/**
 * The directional derivative of expressions, found without the library's own derivatives: by a complex step where every
 * primitive on the way has a complex form, else by Richardson-extrapolated central differences.
 *
 * @param variables symbols that may move; those without an entry in a direction rest
 */
export function directionalDerivative(
  outputs: readonly Expression[],
  variables: readonly Expression[],
): DirectionalDerivative {
  const complexStep = complexStepFunction(outputs, variables);
  if (complexStep === undefined) {
    const evaluate = pointFunction(outputs);
    return (at, direction) => differences(evaluate, at, direction);
  }
  const resting = Object.fromEntries(
    variables.map((variable) => [
      directionName(symbolName(variable) as string),
      new Float64Array(sizeOf(variable.shape)),
    ]),
  );
  return (at, direction) => {
    const along = Object.entries(direction).map(([name, values]) => [directionName(name), values]);
    const values = complexStep({ ...at, ...resting, ...Object.fromEntries(along) });
    return { values, errors: values.map((value) => COMPLEX_ERROR * largest(value)) };
  };
}

/** Richardson differences of a function along a direction, with a step a sixteenth of the direction at first. */
export const differences = (evaluate: PointFunction, at: PointValues, direction: PointValues): MeasuredDerivative =>
  richardsonDerivative((length) => evaluate(moved(at, direction, length)));

const directionName = (name: string): string => `direction of ${name}`;

function complexStepFunction(
  outputs: readonly Expression[],
  variables: readonly Expression[],
): PointFunction | undefined {
  const known = new Set(symbolsOf(topologicalOrder(outputs)).values());
  const moving = variables.filter((variable) => known.has(variable));
  const steps = moving.map((variable) => {
    const direction = symbol(directionName(symbolName(variable) as string), variable.shape);
    return [variable, { real: variable, imaginary: multiply(STEP, direction) }] as const;
  });
  try {
    const complex = complexify(outputs, new Map(steps));
    const imaginary = complex.map(({ imaginary: part }) => multiply(constant(1 / STEP), part));
    return pointFunction(imaginary);
  } catch {
    // A primitive on the way has no complex form.
    return undefined;
  }
}
