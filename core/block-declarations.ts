import { InputError } from "./errors.js";
import type { Shape } from "./expression/expression.js";
import { symbol } from "./expression/functions.js";
import { blockValues } from "./simulation/values.js";
import type { InputBlock, NumericValue, ParameterBlock, StateBlock, StateRole } from "./system.js";

/** A block of coordinates, momenta or inputs: its shape, or its shape with a unit for people to read. */
export type BlockDeclaration =
  | Shape
  | { readonly shape: Shape; readonly unit?: string; readonly bounds?: never; readonly default?: never };

/** A state block that may be kept inside bounds by projection. */
export type StateDeclaration =
  | Shape
  | {
      readonly shape: Shape;
      readonly unit?: string;
      readonly bounds?: readonly [low: number, high: number];
      readonly default?: never;
    };

/**
 * A parameter block; `default` is used where the user gives no value, and a number fills the shape. A number alone declares
 * a scalar with that default.
 */
export type ParameterDeclaration =
  | Shape
  | number
  | { readonly shape: Shape; readonly unit?: string; readonly bounds?: never; readonly default?: NumericValue };

/** Declarations by block name. */
export type Declarations<D> = Readonly<Record<string, D>>;

/** The block names of a group of declarations, as a type. */
export type NamesOf<D> = keyof D & string;

/** The names of a group's blocks that have a default. */
export type DefaultedNames<D> = {
  [K in keyof D]: D[K] extends number | { readonly default: NumericValue } ? K : never;
}[keyof D] &
  string;

/** No blocks at all: the default of an optional group. */
export type NoBlocks = Readonly<Record<never, never>>;

interface FullDeclaration {
  readonly shape: Shape;
  readonly unit?: string;
  readonly bounds?: readonly [low: number, high: number];
  readonly default?: NumericValue;
}

/** How a value looks in an error text. */
export function describeGiven(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  try {
    const text = JSON.stringify(value);
    return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
  } catch {
    return typeof value;
  }
}

/** The entries of a group, refused where the group is no plain object. */
export function entriesOf<T>(field: string, group: Readonly<Record<string, T>>): [string, T][] {
  if (typeof group !== "object" || group === null || Array.isArray(group)) {
    throw new InputError({ field, given: describeGiven(group), expected: "an object of named blocks" });
  }
  return Object.entries(group);
}

/** Refuses keys an object of options does not have. */
export function refuseUnknownKeys(field: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new InputError({ field, given: `the option "${key}"`, expected: known.join(", ") });
    }
  }
}

function checkShape(field: string, shape: unknown): Shape {
  const fits = Array.isArray(shape) && shape.every((extent) => Number.isSafeInteger(extent) && extent >= 1);
  if (!fits) {
    throw new InputError({
      field,
      given: describeGiven(shape),
      expected: "a shape of positive whole extents",
      remedy: "use [] for a scalar, [n] for a vector, [m, n] for a matrix",
    });
  }
  return shape;
}

function readDeclaration(field: string, declaration: unknown, options: readonly string[]): FullDeclaration {
  if (Array.isArray(declaration) || typeof declaration !== "object" || declaration === null) {
    return { shape: checkShape(field, declaration) };
  }
  refuseUnknownKeys(field, declaration, ["shape", ...options]);
  const { shape, unit } = declaration as FullDeclaration;
  checkShape(`${field}.shape`, shape);
  if (unit !== undefined && typeof unit !== "string") {
    throw new InputError({ field: `${field}.unit`, given: describeGiven(unit), expected: 'a text such as "m/s"' });
  }
  return declaration as FullDeclaration;
}

/** Refuses bounds that are not two ordered numbers; an open end is an infinity. */
function checkBounds(field: string, bounds: FullDeclaration["bounds"]): void {
  if (bounds === undefined) return;
  const fits = Array.isArray(bounds) && bounds.length === 2 && bounds.every((bound) => typeof bound === "number");
  if (!fits || !(bounds[0] < bounds[1])) {
    throw new InputError({ field, given: describeGiven(bounds), expected: "[low, high] with low < high" });
  }
}

/** A number stays a number, which fills the shape; arrays become flat. */
function readDefault(field: string, value: NumericValue | undefined, shape: Shape): number | Float64Array | undefined {
  if (value === undefined) return undefined;
  const { data } = blockValues(field, value, shape);
  return typeof value === "number" ? value : data;
}

/** Builds the state blocks of one role from their declarations, which stand under `field` in error texts. */
export function stateBlocks(field: string, group: Declarations<StateDeclaration>, role: StateRole): StateBlock[] {
  const options = role === "coordinate" || role === "momentum" ? ["unit"] : ["unit", "bounds"];
  return entriesOf(field, group).map(([name, declaration]) => {
    const { shape, unit, bounds } = readDeclaration(`${field}.${name}`, declaration, options);
    checkBounds(`${field}.${name}.bounds`, bounds);
    return {
      name,
      shape,
      role,
      symbol: symbol(name, shape),
      ...(bounds === undefined ? {} : { bounds }),
      ...(unit === undefined ? {} : { unit }),
    };
  });
}

/** Builds parameter blocks from their declarations. */
export function parameterBlocks(field: string, group: Declarations<ParameterDeclaration>): ParameterBlock[] {
  return entriesOf(field, group).map(([name, declaration]) => {
    const written = typeof declaration === "number" ? { shape: [], default: declaration } : declaration;
    const full = readDeclaration(`${field}.${name}`, written, ["unit", "default"]);
    const value = readDefault(`${field}.${name}.default`, full.default, full.shape);
    return {
      name,
      shape: full.shape,
      symbol: symbol(name, full.shape),
      ...(value === undefined ? {} : { default: value }),
      ...(full.unit === undefined ? {} : { unit: full.unit }),
    };
  });
}

/** Builds input blocks from their declarations. */
export function inputBlocks(field: string, group: Declarations<BlockDeclaration>): InputBlock[] {
  return entriesOf(field, group).map(([name, declaration]) => {
    const { shape, unit } = readDeclaration(`${field}.${name}`, declaration, ["unit"]);
    return { name, shape, symbol: symbol(name, shape), ...(unit === undefined ? {} : { unit }) };
  });
}
