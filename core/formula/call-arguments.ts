import { type Expression, isNode, type Shape, sizeOf } from "../expression/expression.js";
import type { Boundary } from "../expression/functions.js";
import { constantPrimitive } from "../expression/primitives/leaves.js";

/** One argument of a function call in a formula: an expression, or the text of a quoted word. */
export type Argument = Expression | string;

/** The flat entries of a constant expression, else `undefined`. */
export function constantEntries(expression: Expression): Float64Array | undefined {
  if (!isNode(expression, constantPrimitive)) return undefined;
  const { value } = expression.attributes;
  return typeof value === "number" ? new Float64Array(sizeOf(expression.shape)).fill(value) : value;
}

/** The number, if the argument is a constant scalar. */
function numberOf(argument: Argument): number | undefined {
  if (typeof argument === "string" || argument.shape.length > 0) return undefined;
  return constantEntries(argument)?.[0];
}

/** The arguments of a call, read by kind; every reader complains at the argument that is not of its kind. */
export class CallArguments {
  readonly #arguments: readonly Argument[];
  readonly #refuse: (index: number, expected: string) => never;

  /** @param refuse throws the error for the argument of this index */
  constructor(given: readonly Argument[], refuse: (index: number, expected: string) => never) {
    this.#arguments = given;
    this.#refuse = refuse;
  }

  get count(): number {
    return this.#arguments.length;
  }

  /** Complains about an argument. */
  refuse(index: number, expected: string): never {
    return this.#refuse(index, expected);
  }

  expression(index: number): Expression {
    const argument = this.#arguments[index] as Argument;
    return typeof argument === "string" ? this.refuse(index, "an expression") : argument;
  }

  /** All arguments as expressions. */
  expressions(): Expression[] {
    return this.#arguments.map((_, index) => this.expression(index));
  }

  /** A whole number known from the formula, at least `least`. */
  integer(index: number, least = Number.NEGATIVE_INFINITY, fallback?: number): number {
    const argument = this.#arguments[index];
    if (argument === undefined && fallback !== undefined) return fallback;
    const value = numberOf(argument as Argument);
    if (value === undefined || !Number.isSafeInteger(value) || value < least) {
      const bound = least === Number.NEGATIVE_INFINITY ? "" : `, at least ${least}`;
      this.refuse(index, `a whole number known from the formula${bound}`);
    }
    // Adding 0 turns -0 into 0, which keeps equal attributes equal.
    return value + 0;
  }

  /** An axis of an array of this rank, counted from 0, or from the last backwards when negative. */
  axis(index: number, rank: number, fallback?: number): number {
    if (rank === 0) this.refuse(0, "an array; a scalar has no axes");
    const axis = this.integer(index, Number.NEGATIVE_INFINITY, fallback);
    if (axis < -rank || axis >= rank) this.refuse(index, `an axis from 0 to ${rank - 1}`);
    return axis < 0 ? axis + rank : axis;
  }

  /** Different axes from the argument `first` on; all axes where none is given. */
  axes(first: number, rank: number): number[] {
    if (this.count <= first) return Array.from({ length: rank }, (_, axis) => axis);
    const axes: number[] = [];
    for (let index = first; index < this.count; index++) {
      const axis = this.axis(index, rank);
      if (axes.includes(axis)) this.refuse(index, "an axis not named before");
      axes.push(axis);
    }
    return axes;
  }

  /** The extents of a shape from the argument `first` on; none is a scalar's shape. */
  shape(first: number): Shape {
    return this.#arguments.slice(first).map((_, k) => this.integer(first + k, 1));
  }

  /** A list of whole numbers, written `[2, 0, 1]`, each from `least` to below `end`. */
  integers(index: number, least: number, end: number): Float64Array {
    const argument = this.expression(index);
    const entries = argument.shape.length === 1 ? constantEntries(argument) : undefined;
    const fits = (entry: number): boolean => Number.isInteger(entry) && entry >= least && entry < end;
    if (entries === undefined || !entries.every(fits)) {
      return this.refuse(index, `a list of whole numbers from ${least} to ${end - 1}, such as [0, 1]`);
    }
    return entries;
  }

  /** The boundary rule of a shift, "periodic" where left out. */
  boundary(index: number): Boundary {
    const argument = this.#arguments[index];
    if (argument === undefined || argument === "periodic") return "periodic";
    if (argument === "no-flux") return "no-flux";
    return numberOf(argument) ?? this.refuse(index, 'a boundary rule: "periodic", "no-flux" or a number');
  }
}
