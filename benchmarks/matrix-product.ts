import { Matrix } from "ml-matrix";
import { matrixProduct } from "../core/compile/javascript/product.js";
import { RandomStream } from "../core/random.js";
import type { Benchmark } from "./benchmark.js";

/** Shapes [m, k, n] of products A B that training on images takes: forward, backward, weight gradient, narrow ones. */
const SHAPES = [
  [128, 784, 512],
  [128, 512, 10],
  [128, 10, 512],
  [512, 64, 784],
  [10, 64, 512],
  [1, 784, 512],
  [64, 64, 64],
  [16, 16, 16],
] as const;

/** Dense products in plain JavaScript, against those of ml-matrix. */
export const matrixProducts: Benchmark = {
  name: "matrix-product",
  title: "Matrix products [m, k] @ [k, n]",
  unit: "flop",
  /** Positions in {@link SHAPES}, from 1. */
  sizes: SHAPES.map((_, position) => position + 1),
  sizeName: (size) => (SHAPES[size - 1] as (typeof SHAPES)[number]).join(" x "),
  unitsPerRun(size) {
    const [m, k, n] = SHAPES[size - 1] as (typeof SHAPES)[number];
    return 2 * m * k * n;
  },
  variants(size) {
    const [m, k, n] = SHAPES[size - 1] as (typeof SHAPES)[number];
    const random = new RandomStream(1);
    const uniform = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.nextUniform());
    const [a, b, out] = [uniform(m * k), uniform(k * n), new Float64Array(m * n)];
    const rows = (data: Float64Array, columns: number): Matrix =>
      new Matrix(
        Array.from({ length: data.length / columns }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]),
      );
    const [left, right] = [rows(a, k), rows(b, n)];
    let product = left;
    return [
      {
        name: "ml-matrix",
        run: () => {
          product = left.mmul(right);
        },
        result: () => product.to1DArray(),
      },
      { name: "matrixProduct", run: () => matrixProduct(m, n, k, a, 0, k, 1, b, 0, n, 1, out, 0), result: () => out },
    ];
  },
};
