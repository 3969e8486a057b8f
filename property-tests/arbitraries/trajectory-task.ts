import fc from "fast-check";
import { printFormula } from "../../core/formula/index.js";
import type { Integrator } from "../../core/integrator.js";
import { conformalLeapfrog } from "../../integrators/steppers/conformal-leapfrog.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { measureMotion } from "../measures/motion.js";
import type { TaskCase } from "./task-case.js";
import { arbitraryTaskData, type Range } from "./task-data.js";

/** A task with a horizon, with data at which its trajectory is well determined. */
export interface TrajectoryCase extends TaskCase {
  readonly integrator: Integrator;
}

/** Options of {@link arbitraryTrajectoryTask}. */
export interface TrajectoryTaskOptions {
  /** Examples in the batch. @defaultValue 1 */
  readonly examples?: number;
  /** The most oscillators. @defaultValue 3 */
  readonly oscillators?: number;
  /** The most steps. @defaultValue 12 */
  readonly steps?: number;
  /** Damping proportional to the momenta, which is learned. @defaultValue false */
  readonly damped?: boolean;
  /** @defaultValue leapfrog with the step 0.1, conformal leapfrog where damped */
  readonly integrator?: Integrator;
  /** The most by which a trajectory may magnify small changes. @defaultValue 30 */
  readonly amplification?: number;
}

const KINETIC = ["sum(p^2)/2", "sum(p^2/mass)/2", "sum(sqrt(1 + p^2))", "sum(mass*(cosh(p) - 1))"];
/** Wells of single oscillators: Hooke, Duffing, pendulum, logarithmic cosine, recurrent unit. */
const WELLS = [
  "sum(k*q^2)/2",
  "sum(q^2)/2 + sum(c^2*q^4)/4",
  "sum(k*(1 - cos(q)))",
  "sum(q^2)/2 + sum(logcosh(c*q))",
  "sum(q^2)/2 + sum(logcosh(q + B @ u + c))",
];
/** What joins them: a network, a chain, a Toda chain, pairs of rotors. */
const COUPLINGS = [
  "0",
  "dot(q, K @ q)/2",
  "sum((q - shift(q, 1))^2)/4",
  "sum(exp((q - shift(q, 1))/2))/2",
  "sum(1 - cos(q - shift(q, 1, 'no-flux')))/2",
];
const DRIVES = ["0", "dot(B @ u, q)", "0.3*sin(2*t)*sum(q)", "dot(B @ u, sin(q))*cos(t)"];

const FINAL = ["sum((q - z)^2)/2", "sum((p - z)^2)/2 + 0.1*sum(q^2)", "sum(logcosh(q - z)) + 0.05*sum(K^2)"];
const PER_STEP = ["0.3*sum((q - y)^2)", "0.2*sum((p - y)^2) + 0.01*sum(K^2)", "0.3*dot(k, (q - y)^2)"];
const RUNNING = ["sum((q - path)^2)/2*(1 + t/5)", "0.5*sum(p^2*c^2) + sum((q - path)^4)/4", "dot(tanh(q), path)"];

/** What a random task is made of; every choice shrinks to the plainer one. */
const arbitraryPieces = fc.record({
  kinetic: fc.constantFrom(...KINETIC),
  well: fc.constantFrom(...WELLS),
  coupling: fc.constantFrom(...COUPLINGS),
  drive: fc.constantFrom(...DRIVES),
  costs: fc.constantFrom(
    ["final"],
    ["perStep"],
    ["running"],
    ["final", "perStep"],
    ["final", "running"],
    ["final", "perStep", "running"],
  ),
  final: fc.constantFrom(...FINAL),
  perStep: fc.constantFrom(...PER_STEP),
  running: fc.constantFrom(...RUNNING),
  start: fc.constantFrom("given", "coordinates computed", "both computed"),
  from: fc.constantFrom(0, 0.4),
});

const STEP = 0.1;
/** Masses and stiffness are positive. */
const RANGES: Readonly<Record<string, Range>> = { mass: [0.6, 1.6], k: [0.3, 1.5] };

/**
 * Random tasks over trajectories of separable Hamiltonian systems with random data: wells, chains and networks, driven by inputs
 * that are constant, held or known at nodes; final, running and per-step costs of coordinates, momenta and parameters; initial
 * states from the data, or computed from an input and parameters. Those are kept whose trajectory does not magnify small changes
 * too much. Counterexamples print the formulas.
 */
export function arbitraryTrajectoryTask(options: TrajectoryTaskOptions = {}): fc.Arbitrary<TrajectoryCase> {
  const { examples = 1, oscillators = 3, steps = 12, damped = false, amplification = 30 } = options;
  const integrator = options.integrator ?? (damped ? conformalLeapfrog({ step: STEP }) : leapfrog({ step: STEP }));
  return fc
    .tuple(arbitraryPieces, fc.integer({ min: 1, max: oscillators }), fc.integer({ min: 2, max: steps }))
    .chain(([pieces, size, count]) => {
      const { kinetic, well, coupling, drive, from } = pieces;
      const system = hamiltonianSystem({
        name: damped ? "random damped oscillators" : "random oscillators",
        coordinates: { q: [size] },
        momenta: { p: [size] },
        parameters: { mass: [size], k: [size], c: [size], K: [size, size], B: [size, 2], A: [size, 2], gamma: [] },
        input: { u: [2], image: [2] },
        hamiltonian: `${kinetic} + ${well} + ${coupling} - (${drive})`,
        ...(damped ? { damping: "gamma" as const } : {}),
      });
      const computed = ["coordinates computed", "both computed"].indexOf(pieces.start) + 1;
      const task = learningTask(system, {
        target: { z: [size], y: [size], path: [size] },
        cost: Object.fromEntries(pieces.costs.map((part) => [part, pieces[part as "final" | "perStep" | "running"]])),
        horizon: { start: from, steps: count },
        initial: {
          ...(computed > 0 ? { q: "tanh(A @ image)" } : {}),
          ...(computed > 1 ? { p: "0.5*(K @ (A @ image)) + 0.1*c" } : {}),
        },
      }) as unknown as LearningTask;
      return arbitraryTaskData(task, { examples, integrator, ranges: RANGES }).map((data) => ({
        task,
        data,
        integrator,
        [fc.toStringMethod]: () => printed({ task, data }, JSON.stringify(pieces)),
      }));
    })
    .filter(({ task, data }) => {
      const { finite, amplification: found } = measureMotion(task, integrator, data);
      return finite && found <= amplification;
    });
}

function printed({ task, data }: TaskCase, pieces: string): string {
  const costs = Object.entries(task.cost).map(([part, cost]) => `${part} cost ${printFormula(cost)}`);
  return `${pieces}\n  ${costs.join("\n  ")}\n  at ${fc.stringify(data)}`;
}
