import { javascript } from "../core/compile/javascript/javascript.js";
import { symbolName } from "../core/expression/primitives/leaves.js";
import { STEP_SIZE, stepProgram } from "../core/simulation/step-program.js";
import { leapfrog } from "../integrators/steppers/leapfrog.js";
import { henonHeiles } from "../systems/catalogue/henon-heiles.js";
import type { Benchmark } from "./benchmark.js";

const STEP = 0.01;

/** Kick, drift, kick in H = |p|^2 / 2 + |q|^2 / 2 + x^2 y - y^3 / 3. */
function handWrittenSteps(state: Float64Array, steps: number): void {
  const coupling = 1;
  const half = STEP / 2;
  let x = state[0] as number;
  let y = state[1] as number;
  let px = state[2] as number;
  let py = state[3] as number;
  for (let k = 0; k < steps; k++) {
    px -= half * (x + 2 * coupling * x * y);
    py -= half * (y + coupling * (x * x - y * y));
    x += STEP * px;
    y += STEP * py;
    px -= half * (x + 2 * coupling * x * y);
    py -= half * (y + coupling * (x * x - y * y));
  }
  state[0] = x;
  state[1] = y;
  state[2] = px;
  state[3] = py;
}

const STEPS = 1000;
const START = [0.2, 0.2, 0.3, 0.3];

/** Leapfrog steps of a small system, with the state in registers. */
export const henonHeilesSteps: Benchmark = {
  name: "henon-heiles",
  title: "Leapfrog steps of the Henon-Heiles system",
  unit: "steps",
  unitsPerRun: () => STEPS,
  tolerance: 1e-9,
  variants() {
    const byHand = Float64Array.from(START);
    const { system } = henonHeiles();
    const loop = javascript.compileLoop(stepProgram(system, leapfrog({ step: STEP })).loop);
    const { q, p, coupling } = loop.inputs as Record<"q" | "p" | "coupling", Float64Array>;
    loop.inputs[symbolName(STEP_SIZE) as string]?.fill(STEP);
    coupling.fill(1);
    q.set(START.slice(0, 2));
    p.set(START.slice(2));
    return [
      { name: "hand-written", run: () => handWrittenSteps(byHand, STEPS), result: () => byHand },
      {
        name: "generated",
        run: () => {
          loop.run(0, STEPS);
        },
        result: () => [...q, ...p],
      },
    ];
  },
};
