import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import { type Expression, sizeOf, topologicalOrder } from "../../core/expression/expression.js";
import { symbolsOf } from "../../core/expression/primitives/leaves.js";
import { RandomStream } from "../../core/random.js";
import type { DynamicalSystem } from "../../core/system.js";
import { systemFromJson, systemToJson } from "../../systems/json.js";
import type { Mutation } from "./mutations.js";

const POINTS = 6;
const ROUNDING = 1e-9;

/** Values of every symbol: of both signs at even points, positive at odd ones so that roots and logarithms exist. */
function bindingsAt(expressions: readonly Expression[], point: number): Record<string, Float64Array> {
  const random = new RandomStream(point);
  const draw = (): number => (point % 2 === 0 ? 2.4 * random.nextUniform() - 1.2 : 0.3 + random.nextUniform());
  return Object.fromEntries(
    [...symbolsOf(topologicalOrder(expressions))].map(([name, { shape }]) => [
      name,
      Float64Array.from({ length: sizeOf(shape) }, draw),
    ]),
  );
}

/** Whether two lists of expressions have the same values at random points, up to rounding. */
export function sameValues(first: readonly Expression[], second: readonly Expression[]): boolean {
  for (let point = 0; point < POINTS; point++) {
    const bindings = bindingsAt([...first, ...second], point);
    const found = evaluate(second, bindings);
    const same = evaluate(first, bindings).every((values, k) => {
      const scale = 1 + Math.max(...values.map(Math.abs).filter(Number.isFinite), 0);
      return values.every((value, i) => {
        const other = found[k]?.[i] as number;
        return Number.isFinite(value) ? Math.abs(value - other) <= ROUNDING * scale : !Number.isFinite(other);
      });
    });
    if (!same) return false;
  }
  return true;
}

/** The two parts a force is declared in. */
const partsOf = ({ decomposition }: DynamicalSystem): (Expression | undefined)[] => [
  decomposition?.energy,
  ...(decomposition?.nonConservative.values() ?? []),
];

const fieldOf = ({ field }: DynamicalSystem): Expression[] => [...field.values()];

/**
 * Why a mutation changes nothing, or `undefined` where it does. A changed scalar changes nothing where the motion that
 * follows from it is the same (a constant was changed, a Lagrangian multiplied).
 */
export function equivalenceOf(original: DynamicalSystem, { part, system }: Mutation): string | undefined {
  if (part === "field") {
    return sameValues(fieldOf(original), fieldOf(system)) ? "the field has the same values" : undefined;
  }
  if (part === "inverse") {
    const [before, after] = [original, system].map(({ inverse }) => [...(inverse ?? new Map()).values()]);
    return sameValues(before as Expression[], after as Expression[]) ? "the inverse has the same values" : undefined;
  }
  const [before, after] = [original, system].map((each) => (part === "scalar" ? [each.scalar] : partsOf(each)));
  if (sameValues(before as Expression[], after as Expression[])) return `the ${part} has the same values`;
  const derived = derivedField(system);
  return derived !== undefined && sameValues(fieldOf(original), derived)
    ? `the motion that follows from the ${part} is the same`
    : undefined;
}

/** The field that follows from the scalar; `undefined` where none does, for example of a Lagrangian without a mass. */
function derivedField(system: DynamicalSystem): Expression[] | undefined {
  try {
    return fieldOf(systemFromJson(systemToJson(system)));
  } catch {
    return undefined;
  }
}
