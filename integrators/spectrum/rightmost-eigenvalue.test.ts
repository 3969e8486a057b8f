import { Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/random.js";
import { denseSpectrum, eigenvalueError } from "./dense-eigenvalue.js";
import { type LinearAction, type RightmostOptions, rightmostEigenvalue } from "./rightmost-eigenvalue.js";

const options: RightmostOptions = { subspace: 20, products: 4000, tolerance: 1e-10, seed: 1 };

function actionOf(matrix: Matrix): LinearAction {
  return {
    size: matrix.rows,
    apply(vector, out) {
      for (let row = 0; row < matrix.rows; row++) {
        out[row] = 0;
        for (let k = 0; k < matrix.columns; k++) out[row] = out[row]! + matrix.get(row, k) * vector[k]!;
      }
    },
  };
}

const tabulated = (size: number, entry: (row: number, column: number) => number): Matrix =>
  new Matrix(
    Array.from({ length: size }, (_, row) => Array.from({ length: size }, (__, column) => entry(row, column))),
  );

const gaussian = (size: number, seed: number): Matrix => {
  const random = new RandomStream(seed);
  return tabulated(size, () => random.nextNormal() / Math.sqrt(size));
};

/** Independent entries and a strong one-way part above the diagonal. */
const nonNormal = (size: number, seed: number): Matrix => {
  const one = tabulated(size, (row, column) => (column === row + 1 ? 1.5 : 0));
  return gaussian(size, seed).mul(0.7).add(one).sub(Matrix.eye(size));
};

/** |A x - lambda x| and |x| from the definition. */
function pairNorms(matrix: Matrix, found: ReturnType<typeof rightmostEigenvalue>): [number, number] {
  const { real, imaginary } = found;
  const [x, y] = [found.vectorReal, found.vectorImaginary].map((part) => Matrix.columnVector([...part]));
  const first = matrix.mmul(x!).sub(Matrix.mul(x!, real)).add(Matrix.mul(y!, imaginary));
  const second = matrix.mmul(y!).sub(Matrix.mul(y!, real)).sub(Matrix.mul(x!, imaginary));
  return [Math.hypot(first.norm(), second.norm()), Math.hypot(x!.norm(), y!.norm())];
}

describe("Arnoldi's method finds the rightmost eigenvalue", () => {
  test.each([1, 2, 3, 4, 5, 6])(
    "of a random non-normal matrix, as the QR algorithm does, within its error: seed %d",
    (seed) => {
      const matrix = nonNormal(90, seed);
      const [expected] = denseSpectrum(matrix).pairs;
      const found = rightmostEigenvalue(actionOf(matrix), options);
      expect(found.converged).toBe(true);
      expect(found.products).toBeGreaterThan(20);
      expect(Math.hypot(found.real - expected.real, found.imaginary - expected.imaginary)).toBeLessThan(1e-7);
      expect(Math.abs(found.real - expected.real)).toBeLessThan(5 * found.errorEstimate + 1e-12);
      const [residual, length] = pairNorms(matrix, found);
      expect(residual).toBeCloseTo(found.residual, 12);
      expect(length).toBeCloseTo(1, 12);
      expect(residual).toBeLessThan(1e-9);
    },
  );

  test("where others have a hundred times its modulus, real and imaginary", () => {
    const size = 120;
    const matrix = tabulated(size, (row, column) => {
      if (row === column) return row < 40 ? -100 + row : row < 80 ? -2 : -1 - (row - 80) / 10;
      // Rotations of high frequency in the middle third.
      return row >= 40 && row < 80 && (row ^ 1) === column ? (row < column ? 100 : -100) : 0;
    });
    const found = rightmostEigenvalue(actionOf(matrix), options);
    expect(found.real).toBeCloseTo(-1, 8);
    expect(found.imaginary).toBe(0);
    expect(found.converged).toBe(true);
  });

  test("with the same result for the same seed, and the same eigenvalue for another", () => {
    const action = actionOf(nonNormal(60, 9));
    const first = rightmostEigenvalue(action, options);
    expect(rightmostEigenvalue(action, options)).toEqual(first);
    const other = rightmostEigenvalue(action, { ...options, seed: 2 });
    expect(other.vectorReal).not.toEqual(first.vectorReal);
    expect(other.real).toBeCloseTo(first.real, 8);
  });

  test("in an invariant subspace of two dimensions, in two products", () => {
    const matrix = tabulated(50, (row, column) => (row === column ? -3 : row > column ? 0 : row === 0 ? 2 : 0));
    const found = rightmostEigenvalue(actionOf(matrix), options);
    expect(found.converged).toBe(true);
    expect(found.products).toBeLessThan(6);
    expect(Math.abs(found.real + 3)).toBeLessThan(found.errorEstimate);
    expect(found.errorEstimate).toBeLessThan(1e-5);
  });

  test("and says so where it does not", () => {
    const found = rightmostEigenvalue(actionOf(nonNormal(200, 3)), { ...options, products: 25 });
    expect(found.converged).toBe(false);
    expect(found.residual).toBeGreaterThan(1e-4);
    expect(found.products).toBeLessThan(50);
  });

  test("unless the matrix is not finite", () => {
    const found = rightmostEigenvalue(actionOf(tabulated(30, (row) => (row === 3 ? Number.NaN : 1))), options);
    expect([found.converged, found.real]).toEqual([false, Number.NaN]);
  });
});

describe("the error of an eigenvalue", () => {
  const errorAt = (matrix: Matrix, perturbation: number): number => {
    const spectrum = denseSpectrum(matrix);
    return eigenvalueError(spectrum, spectrum.pairs[0], perturbation);
  };

  test("is the perturbation for a normal matrix, real or complex", () => {
    expect(
      errorAt(
        tabulated(4, (i, j) => (i === j ? -1 - i : 0)),
        1e-9,
      ),
    ).toBeCloseTo(1e-9, 14);
    const turning = new Matrix([
      [-1, 2],
      [-2, -1],
    ]);
    expect(errorAt(turning, 1e-9)).toBeCloseTo(1e-9, 14);
  });

  test.each([0, 3])("is magnified by the condition number sqrt(1 + (coupling / gap)^2): rotation %d", (turn) => {
    // [[a, c], [0, b]] has left and right vectors at an angle of cosine 1 / sqrt(1 + (c / (a - b))^2).
    const [gap, coupling] = [0.5, 40];
    const matrix = Matrix.zeros(4, 4);
    const block = [
      [-1, turn],
      [-turn, -1],
    ];
    for (const k of [0, 2]) matrix.setSubMatrix(Matrix.sub(block, Matrix.eye(2, 2, k === 0 ? 0 : gap)), k, k);
    matrix.setSubMatrix(Matrix.eye(2, 2, coupling), 0, 2);
    expect(errorAt(matrix, 1e-12) / 1e-12).toBeCloseTo(Math.hypot(1, coupling / gap), 6);
  });

  test.each([
    [2, 0],
    [3, 0],
    [4, 0],
    [2, 3],
    [3, 3],
  ])("is the root of the perturbation at a Jordan block of %d, within its factor of 4: rotation %d", (size, turn) => {
    const width = turn === 0 ? 1 : 2;
    const jordan = tabulated(size * width, (row, column) => {
      if (column === row + width) return 1;
      if (Math.floor(row / width) !== Math.floor(column / width)) return 0;
      return row === column ? -1 : turn * Math.sign(column - row);
    });
    for (const perturbation of [1e-9, 1e-7]) {
      const ratio = errorAt(jordan, perturbation) / perturbation ** (1 / size);
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(8);
    }
  });
});
