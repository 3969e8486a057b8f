import { Matrix } from "ml-matrix";
import { RandomStream } from "../../core/random.js";
import { type DenseSpectrum, denseSpectrum, type Eigenpair, eigenvalueError } from "./dense-eigenvalue.js";

/** A real matrix that is known by its products alone. */
export interface LinearAction {
  readonly size: number;
  /** Writes A v to `out`. */
  apply(vector: Float64Array, out: Float64Array): void;
}

/** Options of {@link rightmostEigenvalue}. */
export interface RightmostOptions {
  /** Vectors kept, the memory in units of the matrix's size. */
  readonly subspace: number;
  /** The most products. */
  readonly products: number;
  /** The residual |A x - lambda x| of a unit eigenvector at which it ends, relative to the norm of A. */
  readonly tolerance: number;
  /** Of the start vector. */
  readonly seed: number;
}

/** The eigenvalue of largest real part of a matrix, as far as it was found. */
export interface RightmostEigenvalue extends Eigenpair {
  /** |A x - lambda x|. */
  readonly residual: number;
  /** How far off `real` may be, from the residual and the sensitivity of the eigenvalue. */
  readonly errorEstimate: number;
  readonly converged: boolean;
  /** Products taken. */
  readonly products: number;
}

/** The part of the subspace that a restart keeps. */
const KEPT = 0.4;
/** A vector shorter than this part of what it was made from lies in the span of the others. */
const DEPENDENT = 1e-12;

/**
 * The rightmost eigenvalue by Arnoldi's method with thick restarts. A Krylov space finds extreme points of the spectrum's
 * hull; each restart keeps the Ritz vectors of largest real part and drops the others, which filters the space by a
 * polynomial that is small at the eigenvalues found on the left, however large their modulus. No shift, step size or bound of
 * the spectrum is needed, as filters by a propagator would, and stiff parts cost no more than others.
 *
 * It ends when the residual of the rightmost Ritz vector is small in two successive restarts, so that an eigenvalue that
 * was hidden behind it has had the time to appear, or when the space is invariant.
 *
 * Source: Morgan and Zeng 2006 (thick restarts for non-symmetric matrices), Stewart 2002 (Krylov-Schur).
 */
export function rightmostEigenvalue(action: LinearAction, options: RightmostOptions): RightmostEigenvalue {
  const { tolerance, products } = options;
  const space = new KrylovSpace(action, Math.max(2, Math.min(options.subspace, action.size)), options.seed);
  let before: Eigenpair | undefined;
  for (;;) {
    space.extend();
    if (!Number.isFinite(space.norm)) return notFinite(action.size, space.products);
    const ritz = denseSpectrum(space.projection());
    const rightmost = ritz.pairs[0];
    const small = tolerance * space.norm;
    const settled =
      space.residual(rightmost) <= small && before !== undefined && Math.abs(rightmost.real - before.real) <= small;
    const done = settled || space.isInvariant;
    if (done || space.products >= products) return space.result(ritz, done, small);
    before = space.residual(rightmost) <= small ? rightmost : undefined;
    space.restart(ritz.pairs);
  }
}

function notFinite(size: number, products: number): RightmostEigenvalue {
  const vector = new Float64Array(size).fill(Number.NaN);
  return {
    real: Number.NaN,
    imaginary: Number.NaN,
    vectorReal: vector,
    vectorImaginary: vector,
    residual: Number.NaN,
    errorEstimate: Number.NaN,
    converged: false,
    products,
  };
}

/** An orthonormal basis V with A V = V H + (the next vector) (coupling at the last column). */
class KrylovSpace {
  products = 0;
  /** A lower estimate of |A|: the largest |A v| of the basis. */
  norm = 0;
  /** The space is mapped to itself. */
  isInvariant = false;
  private readonly basis: Float64Array[];
  private readonly projected: Matrix;
  private kept = 0;
  private dimension = 0;
  private coupling = 0;

  constructor(
    private readonly action: LinearAction,
    private readonly capacity: number,
    seed: number,
  ) {
    const random = new RandomStream(seed);
    this.basis = Array.from({ length: capacity + 1 }, () => new Float64Array(action.size));
    this.projected = Matrix.zeros(capacity + 1, capacity);
    const first = this.basis[0] as Float64Array;
    for (let i = 0; i < first.length; i++) first[i] = random.nextNormal();
    scale(first, 1 / Math.sqrt(dot(first, first)));
  }

  /** H. */
  projection(): Matrix {
    return this.projected.subMatrix(0, this.dimension - 1, 0, this.dimension - 1);
  }

  /** |A x - lambda x| of a unit Ritz vector, without a product. */
  residual({ vectorReal, vectorImaginary }: Eigenpair): number {
    const last = this.dimension - 1;
    return this.coupling * Math.hypot(vectorReal[last] as number, vectorImaginary[last] as number);
  }

  /** Fills the basis up, by Gram and Schmidt's process, twice. */
  extend(): void {
    const { basis, projected } = this;
    for (let column = this.kept; column < this.capacity; column++) {
      const next = basis[column + 1] as Float64Array;
      this.action.apply(basis[column] as Float64Array, next);
      this.products++;
      const length = Math.sqrt(dot(next, next));
      this.norm = Math.max(this.norm, length);
      for (let row = 0; row <= column; row++) projected.set(row, column, 0);
      for (let pass = 0; pass < 2; pass++) {
        for (let row = 0; row <= column; row++) {
          const vector = basis[row] as Float64Array;
          const along = dot(vector, next);
          addTo(next, vector, -along);
          projected.set(row, column, projected.get(row, column) + along);
        }
      }
      this.coupling = Math.sqrt(dot(next, next));
      this.dimension = column + 1;
      this.isInvariant = this.dimension === next.length || !(this.coupling > DEPENDENT * this.norm);
      if (this.isInvariant) return;
      scale(next, 1 / this.coupling);
      projected.set(column + 1, column, this.coupling);
    }
  }

  /** Keeps the rightmost Ritz vectors, and the next vector after them. */
  restart(ritz: readonly Eigenpair[]): void {
    const { dimension, basis, projected } = this;
    const rotation = orthonormalColumns(ritz, Math.max(1, Math.floor(KEPT * dimension)));
    const kept = rotation.columns;
    const compressed = rotation.transpose().mmul(this.projection()).mmul(rotation);
    const couplings = Array.from({ length: kept }, (_, k) => this.coupling * rotation.get(dimension - 1, k));
    this.rotate(rotation);
    (basis[kept] as Float64Array).set(basis[dimension] as Float64Array);
    projected.mul(0);
    projected.setSubMatrix(compressed, 0, 0);
    couplings.forEach((value, k) => {
      projected.set(kept, k, value);
    });
    this.kept = kept;
  }

  /** Replaces the basis vectors by combinations of them, row by row. */
  private rotate(rotation: Matrix): void {
    const { basis } = this;
    const weights = Array.from({ length: rotation.columns }, (_, k) => Float64Array.from(rotation.getColumn(k)));
    const row = new Float64Array(rotation.rows);
    for (let i = 0; i < this.action.size; i++) {
      for (let j = 0; j < row.length; j++) row[j] = (basis[j] as Float64Array)[i] as number;
      for (let k = 0; k < weights.length; k++) {
        (basis[k] as Float64Array)[i] = dot(weights[k] as Float64Array, row);
      }
    }
  }

  /** The Ritz pair with a residual measured by products, and its error. */
  result(spectrum: DenseSpectrum, done: boolean, small: number): RightmostEigenvalue {
    const [ritz] = spectrum.pairs;
    const { real, imaginary } = ritz;
    const vectorReal = this.combination(ritz.vectorReal);
    const vectorImaginary = this.combination(ritz.vectorImaginary);
    const image = new Float64Array(this.action.size);
    this.action.apply(vectorReal, image);
    addTo(image, vectorReal, -real);
    addTo(image, vectorImaginary, imaginary);
    let squared = dot(image, image);
    if (imaginary > 0) {
      this.action.apply(vectorImaginary, image);
      addTo(image, vectorImaginary, -real);
      addTo(image, vectorReal, -imaginary);
      squared += dot(image, image);
    }
    const residual = Math.sqrt(squared);
    const rounding = Number.EPSILON * Math.sqrt(this.dimension) * this.norm;
    return {
      real,
      imaginary,
      vectorReal,
      vectorImaginary,
      residual,
      errorEstimate: eigenvalueError(spectrum, ritz, Math.max(residual, rounding)),
      converged: done && residual <= 2 * small,
      products: this.products + (imaginary > 0 ? 2 : 1),
    };
  }

  private combination(weights: Float64Array): Float64Array {
    const sum = new Float64Array(this.action.size);
    weights.forEach((weight, k) => {
      addTo(sum, this.basis[k] as Float64Array, weight);
    });
    return sum;
  }
}

/** An orthonormal basis of the span of the first eigenvectors, of about `wanted` columns; pairs stay together. */
function orthonormalColumns(ritz: readonly Eigenpair[], wanted: number): Matrix {
  const columns: Float64Array[] = [];
  const take = (vector: Float64Array): void => {
    const next = vector.slice();
    const length = Math.sqrt(dot(next, next));
    for (let pass = 0; pass < 2; pass++) for (const column of columns) addTo(next, column, -dot(column, next));
    const left = Math.sqrt(dot(next, next));
    if (!(left > DEPENDENT * length)) return;
    scale(next, 1 / left);
    columns.push(next);
  };
  for (const { imaginary, vectorReal, vectorImaginary } of ritz) {
    if (columns.length >= wanted) break;
    take(vectorReal);
    if (imaginary > 0) take(vectorImaginary);
  }
  return new Matrix(columns.map((column) => [...column])).transpose();
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

function addTo(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + factor * (vector[i] as number);
}

function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * factor;
}
