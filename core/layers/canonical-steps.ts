import { jacobianProduct } from "../expression/derivatives.js";
import { type Expression, sizeOf } from "../expression/expression.js";
import { concatenate, constant, reshape, slice, solve, subtract, symbol, transpose } from "../expression/functions.js";
import { jacobianMatrix } from "../expression/jacobian-matrix.js";
import { constantValue } from "../expression/primitives/leaves.js";
import { substitute } from "../expression/transform.js";
import { directionSymbols } from "../structure-proofs.js";
import { type LayeredAction, layerSymbols, momentaOf, momentumName } from "./layered-action.js";

/** One step of the canonical map: a layer and its momenta, in the order of the action's blocks. */
export interface CanonicalStep {
  readonly layer: readonly Expression[];
  readonly momenta: readonly Expression[];
}

/** The symbols of a layer's momenta. */
export const momentumSymbols = ({ layer }: LayeredAction): Expression[] =>
  layer.map(({ name, shape }) => symbol(momentumName(name), shape));

/**
 * The canonical map of a layered action and its inverse. Both are expressions of the layer's and the momenta's symbols: the
 * forward step takes them as (x_i, P_i) to (x_(i+1), P_(i+1)), the backward step as (x_(i+1), P_(i+1)) to (x_i, P_i).
 *
 * Because L is bilinear across the layers, L = -x' B y + C(x) + D(y), the first equation is linear in what is sought,
 *
 * B x_(i+1) = P_i + dL/dx(x_i, 0),  P_(i+1) = dL/dy(x_i, x_(i+1));
 * B' x_i = dL/dy(0, x_(i+1)) - P_(i+1),  P_i = -dL/dx(x_i, x_(i+1)),
 *
 * so a step is explicit, exactly invertible and symplectic with L as its generating function.
 */
export function canonicalSteps(action: LayeredAction): {
  readonly forward: CanonicalStep;
  readonly backward: CanonicalStep;
} {
  const here = layerSymbols(action);
  const { next } = action;
  const momenta = momentumSymbols(action);
  const { before, after } = momentaOf(action);
  const zero = here.map(({ shape }) => constant(0, shape));
  const replaced = (expressions: readonly Expression[], old: readonly Expression[], by: readonly Expression[]) =>
    substitute(expressions, new Map(old.map((each, k) => [each, by[k] as Expression])));
  const difference = (a: readonly Expression[], b: readonly Expression[]) =>
    a.map((each, k) => subtract(each, b[k] as Expression));

  const matrices = couplingMatrices(action, before);
  const following = solveGroups(matrices, difference(momenta, replaced(before, next, zero)));
  const forward = { layer: following, momenta: replaced(after, next, following) };

  const [atHere, fromNext] = [replaced(after, [...here, ...next], [...zero, ...here]), [...here, ...next]];
  const transposed = matrices.map(({ blocks, matrix }) => ({ blocks, matrix: transpose(matrix) }));
  const previous = solveGroups(transposed, difference(atHere, momenta));
  return { forward, backward: { layer: previous, momenta: replaced(before, fromNext, [...previous, ...here]) } };
}

/** Blocks that are solved for together, by index, with the matrix B of their equations. */
interface CoupledGroup {
  readonly blocks: readonly number[];
  readonly matrix: Expression;
}

/** One group per block where no block's momentum depends on another block of the next layer, else one group of all. */
function couplingMatrices({ next }: LayeredAction, before: readonly Expression[]): CoupledGroup[] {
  const separate = next.every((block, k) => {
    const others = before.filter((_, j) => j !== k);
    return jacobianProduct(others, [block], directionSymbols([block])).every((entry) => constantValue(entry) === 0);
  });
  const groups = separate ? next.map((_, k) => [k]) : [next.map((_, k) => k)];
  return groups.map((blocks) => ({
    blocks,
    matrix: jacobianMatrix(
      blocks.map((k) => before[k] as Expression),
      blocks.map((k) => next[k] as Expression),
    ),
  }));
}

/** The blocks x with B x = right, group by group. */
function solveGroups(groups: readonly CoupledGroup[], right: readonly Expression[]): Expression[] {
  const solved = [...right];
  for (const { blocks, matrix } of groups) {
    const sides = blocks.map((k) => right[k] as Expression);
    const solution = solve(matrix, joined(sides));
    separated(solution, sides).forEach((part, i) => {
      solved[blocks[i] as number] = part;
    });
  }
  return solved;
}

/** The entries of several arrays as one vector. */
export const joined = (parts: readonly Expression[]): Expression =>
  concatenate(parts.map((part) => reshape(part, [sizeOf(part.shape)])));

/** The parts of a vector, of the shapes of `like`: undoes {@link joined}. */
export function separated(vector: Expression, like: readonly Expression[]): Expression[] {
  let first = 0;
  return like.map(({ shape }) => {
    const start = first;
    first += sizeOf(shape);
    return reshape(slice(vector, 0, start, first), shape);
  });
}
