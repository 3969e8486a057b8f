import { solveInPlace } from "../../core/expression/primitives/solve.js";

/** Flat blocks of a symmetric matrix that couples neighbours alone, as the second derivative of an action does. */
export interface BlockTridiagonal {
  /** Rows and columns of a block. */
  readonly size: number;
  /** [rows, size, size] */
  readonly diagonal: Float64Array;
  /**
   * upper[k] couples row k with row k + 1, upper[k]' the other way round; where the matrix is cyclic, the last one couples the
   * last row with the first.
   */
  readonly upper: Float64Array;
}

/** A matrix prepared to be solved with. */
export interface BlockSolver {
  /** Replaces a right side [rows, size] by the solution; entries are not finite where the matrix is singular. */
  solve(right: Float64Array): void;
}

/**
 * Block elimination from the first row to the last: linear in the number of rows, cubic in the size of a block. It does not
 * exchange rows, so that it needs every leading part of the matrix to be regular, which a generic one is.
 */
export class BlockElimination implements BlockSolver {
  private readonly inverse: Float64Array;
  private readonly coupled: Float64Array;
  private readonly kept: Float64Array;

  constructor(
    private readonly matrix: BlockTridiagonal,
    private readonly rows = matrix.diagonal.length / matrix.size ** 2,
  ) {
    const { size, diagonal, upper } = matrix;
    const block = size * size;
    const pivot = new Float64Array(block);
    this.inverse = new Float64Array(rows * block);
    this.coupled = new Float64Array(rows * block);
    this.kept = new Float64Array(size);
    for (let k = 0; k < rows; k++) {
      const here = k * block;
      pivot.set(diagonal.subarray(here, here + block));
      if (k > 0)
        multiplyInto(pivot, -1, upper.subarray(here - block), true, this.coupled.subarray(here - block), size, size);
      const inverse = this.inverse.subarray(here, here + block);
      for (let i = 0; i < size; i++) inverse[i * size + i] = 1;
      solveInPlace(pivot, inverse, 0, size, size);
      if (k + 1 < rows) multiplyInto(this.coupled.subarray(here), 1, inverse, false, upper.subarray(here), size, size);
    }
  }

  /** @param columns of the right side [rows, size, columns] */
  solve(right: Float64Array, columns = 1): void {
    const { matrix, rows, inverse, coupled } = this;
    const { size, upper } = matrix;
    const [block, width] = [size * size, size * columns];
    const kept = columns === 1 ? this.kept : new Float64Array(width);
    for (let k = 0; k < rows; k++) {
      const side = right.subarray(k * width, (k + 1) * width);
      if (k > 0)
        multiplyInto(side, -1, upper.subarray((k - 1) * block), true, right.subarray((k - 1) * width), size, columns);
      kept.set(side);
      side.fill(0);
      multiplyInto(side, 1, inverse.subarray(k * block), false, kept, size, columns);
    }
    for (let k = rows - 2; k >= 0; k--) {
      const next = right.subarray((k + 1) * width);
      multiplyInto(right.subarray(k * width), -1, coupled.subarray(k * block), false, next, size, columns);
    }
  }
}

/**
 * The same where the last row is coupled with the first, as on a periodic orbit: the first row is taken out, the others are solved
 * for columns that stand for it, and what is left is one small system for it. It takes at least three rows.
 */
export class CyclicBlockElimination implements BlockSolver {
  private readonly rows: number;
  private readonly inner: BlockElimination;
  /** The inner rows per entry of the first, [rows - 1, size, size]. */
  private readonly borders: Float64Array;
  private readonly reduced: Float64Array;

  constructor(private readonly matrix: BlockTridiagonal) {
    const { size, diagonal, upper } = matrix;
    const block = size * size;
    this.rows = diagonal.length / block;
    this.inner = new BlockElimination(
      { size, diagonal: diagonal.subarray(block), upper: upper.subarray(block) },
      this.rows - 1,
    );
    this.borders = new Float64Array((this.rows - 1) * block);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) this.borders[i * size + j] = upper[j * size + i] as number;
    }
    this.borders.set(upper.subarray((this.rows - 1) * block, this.rows * block), (this.rows - 2) * block);
    this.inner.solve(this.borders, size);
    this.reduced = diagonal.slice(0, block);
    this.fold(this.reduced, this.borders, size);
  }

  /** Subtracts what solved inner rows give to the first. */
  private fold(first: Float64Array, inner: Float64Array, columns: number): void {
    const { matrix, rows } = this;
    const { size, upper } = matrix;
    const last = (rows - 1) * size * size;
    multiplyInto(first, -1, upper, false, inner, size, columns);
    multiplyInto(first, -1, upper.subarray(last), true, inner.subarray((rows - 2) * size * columns), size, columns);
  }

  solve(right: Float64Array): void {
    const { matrix, rows, inner, borders, reduced } = this;
    const { size } = matrix;
    const [first, others] = [right.subarray(0, size), right.subarray(size)];
    inner.solve(others);
    this.fold(first, others, 1);
    solveInPlace(reduced, first, 0, size, 1);
    for (let k = 0; k < rows - 1; k++) {
      multiplyInto(others.subarray(k * size), -1, borders.subarray(k * size * size), false, first, size, 1);
    }
  }
}

/** out [size, columns] += factor * A B, A [size, size] as it is or transposed, B [size, columns]. */
function multiplyInto(
  out: Float64Array,
  factor: number,
  a: Float64Array,
  transposed: boolean,
  b: Float64Array,
  size: number,
  columns: number,
): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const entry = factor * (a[transposed ? j * size + i : i * size + j] as number);
      for (let c = 0; c < columns; c++) {
        out[i * columns + c] = (out[i * columns + c] as number) + entry * (b[j * columns + c] as number);
      }
    }
  }
}
