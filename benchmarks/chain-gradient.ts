import { javascript } from "../core/compile/javascript/javascript.js";
import { gradient } from "../core/expression/derivatives.js";
import { add, divide, multiply, power, shift, subtract, sum, symbol } from "../core/expression/functions.js";
import type { Benchmark } from "./benchmark.js";

/** The gradient of sum r^2 / 2 + alpha r^3 / 3 over the springs r_i = q_(i+1) - q_i of a ring, in one pass. */
function handWrittenGradient(q: Float64Array, alpha: number, out: Float64Array): void {
  const last = q.length - 1;
  const closing = (q[0] as number) - (q[last] as number);
  let before = closing + alpha * closing * closing;
  const end = before;
  for (let i = 0; i < last; i++) {
    const stretch = (q[i + 1] as number) - (q[i] as number);
    const force = stretch + alpha * stretch * stretch;
    out[i] = before - force;
    before = force;
  }
  out[last] = before - end;
}

/** The gradient of the energy of an FPUT ring written with `shift`. */
export const chainGradient: Benchmark = {
  name: "chain-gradient",
  title: "Gradient of the energy of an FPUT ring written with shift",
  unit: "gradients",
  sizes: [10, 32, 100, 316, 1000, 3000],
  unitsPerRun: () => 1,
  chart: { size: "sites", time: "nanoseconds per site", perSize: true },
  variants(sites) {
    const start = Float64Array.from({ length: sites }, (_, i) => Math.sin(i * i));
    const alpha = 0.25;
    const byHand = new Float64Array(sites);
    const q = symbol("q", [sites]);
    const stretch = subtract(shift(q, -1), q);
    const energy = sum(add(multiply(0.5, power(stretch, 2)), multiply(divide(symbol("alpha"), 3), power(stretch, 3))));
    const compiled = javascript.compileFunction({ outputs: gradient(energy, [q]) });
    compiled.inputs.q?.set(start);
    compiled.inputs.alpha?.fill(alpha);
    return [
      { name: "hand-written", run: () => handWrittenGradient(start, alpha, byHand), result: () => byHand },
      { name: "generated", run: compiled.run, result: () => compiled.outputs[0] as Float64Array },
    ];
  },
};
