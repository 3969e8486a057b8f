import { apply, type Expression, isNode, type Shape, topologicalOrder } from "../../core/expression/expression.js";
import { multiply, negate } from "../../core/expression/functions.js";
import { dividePrimitive, subtractPrimitive } from "../../core/expression/primitives/arithmetic.js";
import { flatReadPrimitive, gatherPrimitive, scatterAddPrimitive } from "../../core/expression/primitives/gather.js";
import { constantPrimitive, symbolPrimitive } from "../../core/expression/primitives/leaves.js";
import { matmulPrimitive } from "../../core/expression/primitives/matmul.js";
import { slicePrimitive, transpose, transposePrimitive } from "../../core/expression/primitives/rearrangement.js";
import { shiftPrimitive } from "../../core/expression/primitives/shift.js";
import { substitute } from "../../core/expression/transform.js";
import { printFormula } from "../../core/formula/index.js";
import type { DynamicalSystem } from "../../core/system.js";

/** The kinds of mechanical mistakes. */
export type MutationKind = "sign" | "factor" | "transpose" | "index" | "swapped operands";

/** A system with one mistake. */
export interface Mutation {
  /** For example `sign of sin(q) in the field`. */
  readonly description: string;
  readonly kind: MutationKind;
  /** What was changed; the rest still says what is right, so that the two disagree. */
  readonly part: "field" | "scalar" | "inverse" | "energy" | "rest";
  readonly system: DynamicalSystem;
}

interface NodeMutation {
  readonly kind: MutationKind;
  readonly what: string;
  readonly replacement: Expression;
}

const isSquare = (shape: Shape): boolean => shape.length === 2 && shape[0] === shape[1] && (shape[0] as number) > 1;

const rotated = (table: Int32Array): Int32Array => table.map((_, k) => table[(k + 1) % table.length] as number);

/** Reads one entry further, where there is one. */
function misindexed(node: Expression): Expression | undefined {
  const again = (attributes: Readonly<Record<string, unknown>>): Expression =>
    apply(node.primitive, node.operands, { ...node.attributes, ...attributes });
  if (isNode(node, slicePrimitive)) {
    const { axis, start, stop } = node.attributes;
    const extent = node.operands[0]?.shape[axis] as number;
    if (stop < extent) return again({ start: start + 1, stop: stop + 1 });
    return start > 0 ? again({ start: start - 1, stop: stop - 1 }) : undefined;
  }
  if (isNode(node, shiftPrimitive)) return again({ by: node.attributes.by + 1 });
  if (isNode(node, gatherPrimitive)) return again({ indices: rotated(node.attributes.indices) });
  if (isNode(node, flatReadPrimitive) || isNode(node, scatterAddPrimitive)) {
    return again({ table: rotated(node.attributes.table) });
  }
  return undefined;
}

function* mutateNode(node: Expression): Generator<NodeMutation> {
  yield { kind: "sign", what: "sign of", replacement: negate(node) };
  yield { kind: "factor", what: "twice", replacement: multiply(2, node) };
  yield { kind: "factor", what: "half of", replacement: multiply(0.5, node) };
  const [a, b] = node.operands as [Expression, Expression];
  if (isNode(node, matmulPrimitive)) {
    for (const [k, operand] of node.operands.entries()) {
      if (!isSquare(operand.shape)) continue;
      const operands = node.operands.map((other, l) => (l === k ? transpose(operand) : other));
      const which = k === 0 ? "left" : "right";
      yield {
        kind: "transpose",
        what: `${which} factor transposed in`,
        replacement: apply(matmulPrimitive, operands, {}),
      };
    }
  }
  if (isNode(node, transposePrimitive) && isSquare(node.shape)) {
    yield { kind: "transpose", what: "transpose left out of", replacement: a };
  }
  const swaps = isNode(node, subtractPrimitive) || isNode(node, dividePrimitive);
  if (swaps || (isNode(node, matmulPrimitive) && isSquare(a.shape) && isSquare(b.shape))) {
    yield { kind: "swapped operands", what: "swapped operands of", replacement: apply(node.primitive, [b, a], {}) };
  }
  const moved = misindexed(node);
  if (moved !== undefined) yield { kind: "index", what: "index off by one in", replacement: moved };
}

/** The most characters of a formula in a description. */
const FORMULA_LENGTH = 60;

function shown(node: Expression, avoid: readonly string[]): string {
  let formula: string;
  try {
    formula = printFormula(node, { avoid });
  } catch {
    formula = `a ${node.primitive.name} node`;
  }
  return formula.length > FORMULA_LENGTH ? `${formula.slice(0, FORMULA_LENGTH)}...` : formula;
}

/** How the parts of a system are called. */
const PLACES: Readonly<Record<Mutation["part"], string>> = {
  field: "the field",
  scalar: "the scalar",
  inverse: "the inverse",
  energy: "the energy of the conservative part",
  rest: "the rest of the force",
};

const isLeaf = (node: Expression): boolean => isNode(node, symbolPrimitive) || isNode(node, constantPrimitive);

function* mutatePart(
  system: DynamicalSystem,
  part: Mutation["part"],
  outputs: readonly Expression[],
  rebuild: (outputs: readonly Expression[]) => DynamicalSystem,
): Generator<Mutation> {
  const avoid = [...system.state, ...system.parameters, ...system.input].map(({ name }) => name);
  const seen = new Set([outputs.map(({ id }) => id).join()]);
  for (const node of topologicalOrder(outputs)) {
    if (isLeaf(node)) continue;
    for (const { kind, what, replacement } of mutateNode(node)) {
      const mutated = substitute(outputs, new Map([[node, replacement]]));
      const key = mutated.map(({ id }) => id).join();
      if (seen.has(key)) continue;
      seen.add(key);
      const where = PLACES[part];
      yield { description: `${what} ${shown(node, avoid)} in ${where}`, kind, part, system: rebuild(mutated) };
    }
  }
}

const valuesOf = (map: ReadonlyMap<string, Expression>): Expression[] => [...map.values()];

const refilled = (
  map: ReadonlyMap<string, Expression>,
  values: readonly Expression[],
): ReadonlyMap<string, Expression> => new Map([...map.keys()].map((name, k) => [name, values[k] as Expression]));

/**
 * Systems with one mechanical mistake each, made at every node of a graph: its sign, a factor 2 or 1/2, a square matrix
 * transposed, an index off by one, operands swapped.
 *
 * A mistake is made in the field while the scalar is kept, in the scalar while the field is kept, in one of the two parts a
 * force is declared in, or in a map's inverse, so that the system contradicts itself. There are none for systems that state
 * their dynamics only once (forces without an energy, maps without an inverse) or not by formulas: any change there is
 * another system and no mistake.
 */
export function* mutationsOf(system: DynamicalSystem): Generator<Mutation> {
  const { field, scalar, inverse, decomposition, kind } = system;
  if (kind === "native" || (scalar ?? inverse ?? decomposition) === undefined) return;
  yield* mutatePart(system, "field", valuesOf(field), (values) => ({ ...system, field: refilled(field, values) }));
  if (scalar !== undefined) {
    yield* mutatePart(system, "scalar", [scalar], ([value]) => ({ ...system, scalar: value as Expression }));
  }
  if (inverse !== undefined) {
    yield* mutatePart(system, "inverse", valuesOf(inverse), (values) => ({
      ...system,
      inverse: refilled(inverse, values),
    }));
  }
  if (decomposition !== undefined) {
    const { energy, nonConservative } = decomposition;
    yield* mutatePart(system, "energy", [energy], ([value]) => ({
      ...system,
      decomposition: { ...decomposition, energy: value as Expression },
    }));
    yield* mutatePart(system, "rest", valuesOf(nonConservative), (values) => ({
      ...system,
      decomposition: { ...decomposition, nonConservative: refilled(nonConservative, values) },
    }));
  }
}
