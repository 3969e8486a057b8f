import { javascript } from "../core/compile/javascript/javascript.js";
import { symbolName } from "../core/expression/primitives/leaves.js";
import { fillNormals } from "../core/random.js";
import { STEP_SIZE, stepProgram } from "../core/simulation/step-program.js";
import { baoab } from "../integrators/steppers/baoab.js";
import { doubleWell } from "../systems/catalogue/double-well.js";
import type { Benchmark } from "./benchmark.js";

const TRAJECTORIES = 10_000;
/** Steps whose noise is at hand at once, as in a simulation of so many trajectories. */
const STEPS = 13;
const STEP = 0.05;
const TEMPERATURE = 0.4;
const FRICTION = 1;

/** BAOAB in H = p^2 / 2 + (q^2 - 1)^2 for all trajectories, with given noise. */
function handWrittenSteps(q: Float64Array, p: Float64Array, noise: Float64Array): void {
  const half = STEP / 2;
  const kept = Math.exp(-FRICTION * STEP);
  const spread = Math.sqrt(TEMPERATURE * (1 - kept * kept));
  for (let lane = 0; lane < TRAJECTORIES; lane++) {
    let x = q[lane] as number;
    let v = p[lane] as number;
    for (let k = 0; k < STEPS; k++) {
      v -= half * 4 * x * (x * x - 1);
      x += half * v;
      v = kept * v + spread * (noise[k * TRAJECTORIES + lane] as number);
      x += half * v;
      v -= half * 4 * x * (x * x - 1);
    }
    q[lane] = x;
    p[lane] = v;
  }
}

/** Steps of an ensemble under given noise; making the noise takes a time of its own and is left out. */
export const langevinEnsemble: Benchmark = {
  name: "langevin-ensemble",
  title: `BAOAB steps of ${TRAJECTORIES} particles in a double well, given the noise`,
  unit: "steps",
  unitsPerRun: () => TRAJECTORIES * STEPS,
  tolerance: 1e-9,
  variants() {
    const [x, v] = [new Float64Array(TRAJECTORIES).fill(-1), new Float64Array(TRAJECTORIES)];
    const { system } = doubleWell();
    const integrator = baoab({ step: STEP, temperature: TEMPERATURE, friction: FRICTION });
    const { loop: program, noiseRows } = stepProgram(system, integrator);
    const noiseName = symbolName(noiseRows[0]?.symbol as NonNullable<(typeof noiseRows)[0]>["symbol"]) as string;
    const loop = javascript.compileLoop(program, {
      trajectories: TRAJECTORIES,
      perTrajectory: new Set([noiseName]),
      capacity: STEPS,
    });
    const noise = loop.rows[noiseName] as Float64Array;
    fillNormals(noise, 1, 0, 0, 0);
    const { q, p } = loop.inputs as Record<"q" | "p", Float64Array>;
    q.fill(-1);
    for (const name of ["mass", "barrier"]) loop.inputs[name]?.fill(1);
    loop.inputs[symbolName(STEP_SIZE) as string]?.fill(STEP);
    return [
      { name: "hand-written", run: () => handWrittenSteps(x, v, noise), result: () => [...x, ...v] },
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
