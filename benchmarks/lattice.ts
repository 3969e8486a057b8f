import { javascript } from "../core/compile/javascript/javascript.js";
import { gradient } from "../core/expression/derivatives.js";
import type { Expression } from "../core/expression/expression.js";
import { add, multiply, power, shift, subtract, sum, symbol } from "../core/expression/functions.js";
import type { Benchmark, Variant } from "./benchmark.js";

const STEP = 0.01;
const DIFFUSION = 0.2;
const CURRENT = 0.1;
const STEPS = 10;

/** Euler steps of FitzHugh-Nagumo cells on a torus, by hand: two buffers for u, neighbours by row. */
class HandWrittenLattice {
  u: Float64Array;
  readonly v: Float64Array;
  private next: Float64Array;

  constructor(
    private readonly extent: number,
    start: Float64Array,
  ) {
    this.u = start.slice();
    this.next = start.slice();
    this.v = new Float64Array(start.length);
  }

  step(): void {
    const { extent: n, u, v, next } = this;
    for (let i = 0; i < n; i++) {
      const row = i * n;
      const up = (i === 0 ? n - 1 : i - 1) * n;
      const down = (i === n - 1 ? 0 : i + 1) * n;
      let left = u[row + n - 1] as number;
      let here = u[row] as number;
      const first = here;
      for (let j = 0; j < n; j++) {
        const right = j === n - 1 ? first : (u[row + j + 1] as number);
        const neighbours = (u[up + j] as number) + (u[down + j] as number) + left + right;
        const w = v[row + j] as number;
        const slope = here - here * here * here - w + CURRENT + DIFFUSION * (neighbours - 4 * here);
        next[row + j] = here + STEP * slope;
        v[row + j] = w + STEP * (0.5 * here - w);
        left = here;
        here = right;
      }
    }
    this.u = next;
    this.next = u;
  }
}

function compiledSteps(
  name: string,
  extent: number,
  start: Float64Array,
  diffusion: (u: Expression) => Expression,
): Variant {
  const [u, v] = [symbol("u", [extent, extent]), symbol("v", [extent, extent])];
  const slope = add(add(subtract(subtract(u, power(u, 3)), v), CURRENT), multiply(DIFFUSION, diffusion(u)));
  const loop = javascript.compileLoop({
    carried: [
      { symbol: u, next: add(u, multiply(STEP, slope)) },
      { symbol: v, next: add(v, multiply(STEP, subtract(multiply(0.5, u), v))) },
    ],
  });
  loop.inputs.u?.set(start);
  return {
    name,
    run: () => {
      loop.run(0, STEPS);
    },
    result: () => [...(loop.inputs.u as Float64Array), ...(loop.inputs.v as Float64Array)],
  };
}

const neighbours = (u: Expression): Expression =>
  add(add(shift(u, 1), shift(u, -1)), add(shift(u, 1, "periodic", 1), shift(u, -1, "periodic", 1)));

/** The coupling as minus the gradient of sum over neighbours of (difference)^2 / 2. */
function couplingForce(u: Expression): Expression {
  const [across, along] = [0, 1].map((axis) => power(subtract(u, shift(u, 1, "periodic", axis)), 2)) as [
    Expression,
    Expression,
  ];
  const [slope] = gradient(multiply(-0.5, sum(add(across, along))), [u]) as [Expression];
  return slope;
}

/** A lattice written with `shift` along both axes, as a stencil and as the gradient of an energy. */
export const latticeSteps: Benchmark = {
  name: "lattice",
  title: "Euler steps of FitzHugh-Nagumo cells on a torus of n x n cells",
  unit: "cells",
  sizes: [16, 64, 256],
  unitsPerRun: (extent) => STEPS * extent * extent,
  tolerance: 1e-9,
  variants(extent) {
    const start = Float64Array.from({ length: extent * extent }, (_, i) => Math.sin(i));
    const byHand = new HandWrittenLattice(extent, start);
    return [
      {
        name: "hand-written",
        run: () => {
          for (let k = 0; k < STEPS; k++) byHand.step();
        },
        result: () => [...byHand.u, ...byHand.v],
      },
      compiledSteps("generated, stencil", extent, start, (u) => subtract(neighbours(u), multiply(4, u))),
      compiledSteps("generated, energy", extent, start, couplingForce),
    ];
  },
};
