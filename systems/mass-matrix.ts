import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { evaluate } from "../core/compile/interpreter/evaluate.js";
import { jacobianProduct } from "../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../core/expression/expression.js";
import { concatenate, constant, divide, reshape, slice, solve } from "../core/expression/functions.js";
import { batchExpressions } from "../core/expression/transform.js";
import { diagonalOf, directionSymbols, isDiagonal, randomBindings } from "../core/structure-proofs.js";

/** The mass matrix M = dp/dv = d2L/dv dv of a Lagrangian system, over all coordinate blocks together. */
export type MassMatrix =
  /** Provably diagonal: the diagonal, by block. */
  | { readonly kind: "diagonal"; readonly masses: readonly Expression[] }
  /** Any other: [n, n], with the entries of all blocks in order. */
  | { readonly kind: "full"; readonly matrix: Expression };

/** Above this size the matrix is not tested for being singular before the first step. */
const LARGEST_TESTED = 128;

/** The mass matrix from the momenta p = dL/dv, diagonal where the graph shows it. */
export function massMatrix(momenta: readonly Expression[], velocities: readonly Expression[]): MassMatrix {
  const directions = directionSymbols(velocities);
  const moved = jacobianProduct(momenta, velocities, directions);
  if (isDiagonal(moved, directions)) return { kind: "diagonal", masses: diagonalOf(moved, directions) };
  const sizes = velocities.map(({ shape }) => sizeOf(shape));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let offset = 0;
  const units = new Map<Expression, Expression>();
  directions.forEach((direction, k) => {
    const size = sizes[k] as number;
    const data = new Float64Array(total * size);
    for (let i = 0; i < size; i++) data[(offset + i) * size + i] = 1;
    units.set(direction, constant(data, [total, ...direction.shape]));
    offset += size;
  });
  // One product per unit vector, as a batch: row i is M e_i, and M is symmetric.
  const rows = batchExpressions(moved, units, total);
  return {
    kind: "full",
    matrix: concatenate(
      rows.map((row, k) => reshape(row, [total, sizes[k] as number])),
      1,
    ),
  };
}

/** The expressions the mass matrix consists of. */
export const massExpressions = (mass: MassMatrix): readonly Expression[] =>
  mass.kind === "diagonal" ? mass.masses : [mass.matrix];

/** The accelerations a with M a = forces, by block. */
export function accelerations(mass: MassMatrix, forces: readonly Expression[]): Expression[] {
  if (mass.kind === "diagonal") return forces.map((force, k) => divide(force, mass.masses[k] as Expression));
  const sizes = forces.map(({ shape }) => sizeOf(shape));
  const solution = solve(mass.matrix, concatenate(forces.map((force, k) => reshape(force, [sizes[k] as number]))));
  let offset = 0;
  return forces.map(({ shape }, k) => {
    const start = offset;
    offset += sizes[k] as number;
    return reshape(slice(solution, 0, start, offset), shape);
  });
}

/** Whether the mass matrix is singular wherever it is looked at: at three random states and parameters. */
export function isSingular(mass: MassMatrix): boolean {
  const expressions = massExpressions(mass);
  return [1, 2, 3].every((seed) => {
    const values = evaluate(expressions, randomBindings(expressions, seed));
    if (mass.kind === "diagonal") return values.some((masses) => masses.some((entry) => entry === 0));
    return isRankDeficient(values[0] as Float64Array, mass.matrix.shape[0] as number);
  });
}

/** By singular values, after scaling every row to a largest entry of 1: masses may differ by many orders. */
function isRankDeficient(entries: Float64Array, size: number): boolean {
  if (size > LARGEST_TESTED || !entries.every(Number.isFinite)) return false;
  const matrix = Matrix.from1DArray(size, size, entries);
  for (let row = 0; row < size; row++) {
    const largest = Math.max(...matrix.getRow(row).map(Math.abs));
    if (largest === 0) return true;
    matrix.mulRow(row, 1 / largest);
  }
  const { diagonal } = new SingularValueDecomposition(matrix);
  return (diagonal.at(-1) as number) <= 1e-14 * size * (diagonal[0] as number);
}
