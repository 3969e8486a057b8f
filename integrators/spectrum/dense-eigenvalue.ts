import { EigenvalueDecomposition, inverse, LuDecomposition, Matrix } from "ml-matrix";

/** An eigenvalue of a real matrix, of the half plane Im >= 0, with a unit eigenvector. */
export interface Eigenpair {
  readonly real: number;
  readonly imaginary: number;
  readonly vectorReal: Float64Array;
  readonly vectorImaginary: Float64Array;
}

/** The spectrum of a real matrix. */
export interface DenseSpectrum {
  readonly matrix: Matrix;
  /** From the rightmost (largest real part) to the leftmost; of complex pairs the one above the real axis. */
  readonly pairs: readonly [Eigenpair, ...Eigenpair[]];
  /** One column for each real eigenvalue, two for a pair: the real and the imaginary part. */
  readonly vectors: Matrix;
  /** The first column of each eigenpair. */
  readonly columns: ReadonlyMap<Eigenpair, number>;
}

/** All eigenvalues of a real matrix that is not empty, by the QR algorithm. */
export function denseSpectrum(matrix: Matrix): DenseSpectrum {
  const { realEigenvalues, imaginaryEigenvalues, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(matrix);
  const columns = new Map<Eigenpair, number>();
  for (let k = 0; k < realEigenvalues.length; k++) {
    const [real, imaginary] = [realEigenvalues[k] as number, imaginaryEigenvalues[k] as number];
    if (imaginary < 0) continue;
    const realPart = vectors.getColumn(k);
    const imaginaryPart = imaginary > 0 ? vectors.getColumn(k + 1) : realPart.map(() => 0);
    const norm = Math.hypot(...realPart, ...imaginaryPart);
    const unit = (values: readonly number[]): Float64Array => Float64Array.from(values, (value) => value / norm);
    columns.set({ real, imaginary, vectorReal: unit(realPart), vectorImaginary: unit(imaginaryPart) }, k);
  }
  const pairs = [...columns.keys()].sort((a, b) => b.real - a.real);
  return { matrix, pairs: pairs as [Eigenpair, ...Eigenpair[]], vectors, columns };
}

/** Where first-order perturbation theory gives an error below this part of the norm, it is taken. */
const FIRST_ORDER = 1e-7;

/**
 * How far an eigenvalue moves to the right when the matrix changes by at most `perturbation` (in the spectral norm): to first
 * order the perturbation times the eigenvalue's condition number |x| |y| / |y' x|. Where eigenvalues nearly coincide and
 * share their vector, as in a feedforward network, where all equal the leak, that number says nothing; then the
 * pseudospectrum tells (Trefethen and Embree 2005): the smallest distance d of a geometric series for which no matrix within
 * the perturbation has the eigenvalue shifted by d, |(A - (lambda + d))^-1| * perturbation <= 1.
 */
export function eigenvalueError(spectrum: DenseSpectrum, pair: Eigenpair, perturbation: number): number {
  const norm = spectrum.matrix.norm();
  if (!(perturbation < norm)) return perturbation;
  const firstOrder = perturbation * conditionOf(spectrum, pair);
  if (firstOrder <= FIRST_ORDER * norm) return firstOrder;
  let distance = Math.max(perturbation, FIRST_ORDER * norm);
  while (distance < norm && resolventNorm(spectrum.matrix, pair, distance) * perturbation > 1) distance *= 4;
  return distance;
}

/** 1 / |y' x| for unit right and left eigenvectors; infinite where the eigenvectors are linearly dependent. */
function conditionOf({ vectors, columns }: DenseSpectrum, pair: Eigenpair): number {
  const first = columns.get(pair) as number;
  const decomposition = new LuDecomposition(vectors.transpose());
  if (decomposition.isSingular()) return Infinity;
  const own = pair.imaginary > 0 ? [first, first + 1] : [first];
  const units = Matrix.zeros(vectors.rows, own.length);
  own.forEach((row, k) => {
    units.set(row, k, 1);
  });
  const all = Array.from({ length: vectors.rows }, (_, k) => k);
  return (decomposition.solve(units).norm() * vectors.selection(all, own).norm()) / own.length;
}

/** An upper estimate (Frobenius) of the norm of the inverse of A - (lambda + distance), by its real form. */
function resolventNorm(matrix: Matrix, { real, imaginary }: Eigenpair, distance: number): number {
  const size = matrix.rows;
  const shifted = Matrix.sub(matrix, Matrix.eye(size, size, real + distance));
  if (imaginary === 0) return inverseNorm(shifted);
  const turn = Matrix.eye(size, size, imaginary);
  const whole = Matrix.zeros(2 * size, 2 * size);
  whole.setSubMatrix(shifted, 0, 0).setSubMatrix(turn, 0, size);
  whole.setSubMatrix(Matrix.mul(turn, -1), size, 0).setSubMatrix(shifted, size, size);
  return inverseNorm(whole) / Math.SQRT2;
}

function inverseNorm(matrix: Matrix): number {
  return new LuDecomposition(matrix).isSingular() ? Infinity : inverse(matrix).norm();
}
