import { Matrix } from "ml-matrix";
import type { LayerPrograms } from "./layer-programs.js";

/** The layers x_0, ..., x_n of a pass over all couplings or the first n of them, each one vector, with what is asked of the last. */
export interface LayerStack {
  readonly layers: readonly Float64Array[];
  /** The strength with which the cost pulls at the last layer: P_N = -nudge dC/dx_N. */
  readonly nudge: number;
}

/** How far a stack is from stationary. */
export interface StackBalance {
  /** dPhi/dx_i for i = 1 .. N, the nudge included. */
  readonly forces: readonly Float64Array[];
  /** P_0, ..., P_N: each by the coupling before its layer, the first by the coupling after it. */
  readonly momenta: readonly Float64Array[];
  /** Euclidean norm of the forces. */
  readonly residual: number;
}

const layerAt = (layers: readonly Float64Array[], i: number): Float64Array => layers[i] as Float64Array;

/** The forces on every layer of a stack but the clamped one. */
export function balanceOf(programs: LayerPrograms, { layers, nudge }: LayerStack): StackBalance {
  const momenta: Float64Array[] = [];
  const forces: Float64Array[] = [];
  const last = layers.length - 1;
  for (let i = 0; i < last; i++) {
    programs.layer.set(layerAt(layers, i));
    programs.next.set(layerAt(layers, i + 1));
    const [before, after] = programs.momenta(i);
    if (i === 0) momenta.push(before.slice());
    else forces[i - 1] = layerAt(momenta, i).map((momentum, k) => momentum - (before[k] as number));
    momenta.push(after.slice());
  }
  programs.layer.set(layerAt(layers, last));
  const { slope } = programs.costs();
  forces.push(layerAt(momenta, last).map((momentum, k) => momentum + nudge * (slope[k] as number)));
  return { forces, momenta, residual: Math.hypot(...forces.map((force) => Math.hypot(...force))) };
}

/** The largest entry of some vectors. */
export const largestOf = (vectors: readonly Float64Array[]): number =>
  vectors.reduce((most, vector) => vector.reduce((inner, entry) => Math.max(inner, Math.abs(entry)), most), 0);

/** How errors of the initial momenta grow along the depth. */
export class TangentMap {
  /** d(x_i, P_i)/dP_0, both parts above each other. */
  private matrix: Matrix;
  /** |dx_1/dP_0| */
  first = 0;
  /** The largest growth so far: |dx_i/dP_0| over |dx_1/dP_0| in the Frobenius norm. */
  growth = 1;

  constructor(private readonly size: number) {
    this.matrix = new Matrix(2 * size, size);
    for (let k = 0; k < size; k++) this.matrix.set(size + k, k, 1);
  }

  /** Goes over a step with this Jacobian. */
  step(jacobian: Matrix): void {
    this.matrix = jacobian.mmul(this.matrix);
    const norm = this.layer().norm("frobenius");
    if (this.first === 0) this.first = norm;
    this.growth = Math.max(this.growth, norm / this.first);
  }

  /** dx_i/dP_0 */
  layer(): Matrix {
    return this.matrix.subMatrix(0, this.size - 1, 0, this.size - 1);
  }

  /** dP_i/dP_0 */
  momentum(): Matrix {
    return this.matrix.subMatrix(this.size, 2 * this.size - 1, 0, this.size - 1);
  }
}

/** The growth of an error of the initial momenta along a stack, by its tangent map; infinite where that overflows. */
export function growthAlong(
  programs: LayerPrograms,
  layers: readonly Float64Array[],
  { momenta }: StackBalance,
): number {
  const tangents = new TangentMap(programs.size);
  for (let i = 0; i < programs.layers; i++) {
    programs.layer.set(layerAt(layers, i));
    programs.momentum.set(layerAt(momenta, i));
    tangents.step(programs.tangent(i));
  }
  return Number.isNaN(tangents.growth) ? Number.POSITIVE_INFINITY : tangents.growth;
}
