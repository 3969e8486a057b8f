import { Matrix, solve } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/random.js";
import { BlockElimination, CyclicBlockElimination } from "./block-tridiagonal.js";

const SIZE = 3;

/** Random blocks, the dense matrix they stand for, and a right side. */
function randomSystem(rows: number, cyclic: boolean, seed: number) {
  const random = new RandomStream(seed);
  const draw = (count: number) => Float64Array.from({ length: count }, () => random.nextNormal());
  const [diagonal, upper] = [draw(rows * SIZE ** 2), draw(rows * SIZE ** 2)];
  const dense = Matrix.zeros(rows * SIZE, rows * SIZE);
  for (let k = 0; k < rows; k++) {
    for (let i = 0; i < SIZE; i++) {
      for (let j = 0; j < SIZE; j++) {
        const entry = (values: Float64Array): number => values[(k * SIZE + i) * SIZE + j]!;
        const mean = (entry(diagonal) + diagonal[(k * SIZE + j) * SIZE + i]!) / 2;
        if (j >= i) {
          diagonal[(k * SIZE + i) * SIZE + j] = mean;
          diagonal[(k * SIZE + j) * SIZE + i] = mean;
        }
        dense.set(k * SIZE + i, k * SIZE + j, entry(diagonal));
        const next = (k + 1) % rows;
        if (!cyclic && next === 0) continue;
        dense.set(k * SIZE + i, next * SIZE + j, dense.get(k * SIZE + i, next * SIZE + j) + entry(upper));
        dense.set(next * SIZE + j, k * SIZE + i, dense.get(next * SIZE + j, k * SIZE + i) + entry(upper));
      }
    }
  }
  return { matrix: { size: SIZE, diagonal, upper }, dense, right: draw(rows * SIZE) };
}

describe("block elimination", () => {
  test.each([
    [1, false],
    [2, false],
    [7, false],
    [3, true],
    [8, true],
  ])("%i rows, cyclic %s: the dense solution, again and again", (rows, cyclic) => {
    const { matrix, dense, right } = randomSystem(rows, cyclic, 10 + rows);
    const elimination = cyclic ? new CyclicBlockElimination(matrix) : new BlockElimination(matrix);
    for (const factor of [1, -2]) {
      const side = right.map((value) => factor * value);
      const expected = solve(dense, Matrix.columnVector(side));
      elimination.solve(side);
      side.forEach((value, k) => {
        expect(Math.abs(value - expected.get(k, 0))).toBeLessThan(1e-10 * (1 + expected.norm()));
      });
    }
  });

  test("a singular matrix gives no finite numbers", () => {
    const elimination = new BlockElimination({
      size: 1,
      diagonal: Float64Array.of(0, 1),
      upper: Float64Array.of(0, 0),
    });
    const side = Float64Array.of(1, 1);
    elimination.solve(side);
    expect(side.every(Number.isFinite)).toBe(false);
  });
});
