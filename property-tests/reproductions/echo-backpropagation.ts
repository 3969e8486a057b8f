import { splitStep } from "../../integrators/steppers/split-step.js";
import type { GradientResult, TaskData } from "../../learning/rule.js";
import { echoBackpropagation } from "../../learning/rules/echo-backpropagation.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { kerrLatticeWithModes } from "../../systems/catalogue/kerr-lattice.js";
import { trajectoryReferences } from "../measures/trajectory-references.js";
import { errorList, type Measurement, near, type Reproduction } from "./reproduction.js";

const integrator = splitStep({ step: 0.04, linear: "midpoint" });

/** Four modes that learn, each coupled to one that carries data. */
const task = learningTask(kerrLatticeWithModes({ rows: 2, columns: 2 }).system, {
  target: { y: [4] },
  cost: { final: "sum((psi_q - y)^2)/2 + sum(psi_p^2)/2" },
  horizon: { steps: 100 },
}) as unknown as LearningTask;

const q = [0.6, -0.4, 0.3, 0.5];
const data = {
  parameters: {
    mode_coupling: [1, 1, 1, 1],
    mode_detuning: [0, 0.1, 0.2, 0.3],
    coupling_vertical: [1, 0.8],
    coupling_horizontal: [0.9, 1.1],
    detuning: [0.1, 0.2, -0.1, 0],
    kerr: -0.8,
  },
  target: { y: [0.5, -0.3, 0.2, 0.4] },
  initial: { q, p: [0, 0, 0, 0], psi_q: [1, -1, 0.5, 0.2], psi_p: [0.1, 0, 0.2, 0] },
} as unknown as TaskData;

const slopesOf = ({ initialGradient = {} }: GradientResult, names: readonly string[]): number[] =>
  names.flatMap((name) => [...(initialGradient[name]?.data ?? [])]);
const errorOf = (found: readonly number[], expected: readonly number[]): number =>
  Math.hypot(...found.map((value, k) => value - (expected[k] as number))) / Math.hypot(...expected);
const exact = (): GradientResult => trajectoryReferences(integrator).exact.gradient(task, data);

/** The error of the gradient for the learning modes. */
function measureGradient(nudging: "centred" | "one-sided", order: number, most: number): Measurement {
  const names = ["q", "p"];
  const expected = slopesOf(exact(), names);
  const nudges = [1e-3, 1e-4, 1e-5];
  const errors = nudges.map((nudge) =>
    errorOf(slopesOf(hamiltonianEcho({ integrator, nudge, nudging }).gradient(task, data), names), expected),
  ) as [number, number, number];
  return {
    summary: errorList(errors),
    quantities: [
      near("slope of the first decade", Math.log10(errors[0] / errors[1]), order, 0.1),
      { name: "error at 1e-5", value: errors[2], most },
    ],
  };
}

/** The error of an update of the learning coordinates, relative to descent. */
function updateError(form: "averaged" | "single", mass: number): number {
  const nudge = 5e-5;
  const { learned } = echoBackpropagation({ integrator, learning: ["q"], nudge, mass, form }).update(task, data);
  const moved = Array.from((learned.q as { data: Float64Array }).data, (value, k) => value - (q[k] as number));
  const rate = ((form === "averaged" ? 2 : 1) * nudge) / mass;
  return errorOf(
    moved,
    slopesOf(exact(), ["q"]).map((slope) => -rate * slope),
  );
}

/** Parameters that learn by the dynamics that processes the data. */
export const echoBackpropagationUpdates: Reproduction = {
  name: "echo-backpropagation",
  title: "Hamiltonian echo backpropagation on Kerr modes",
  source: "Lopez-Pastor & Marquardt 2023 (PRX 13, 031020); numbers of the notes, section 3",
  items: [
    {
      item: "eight modes, one-sided, eta 1e-3, 1e-4, 1e-5",
      published: "6e-6 at eta = 1e-5",
      note: "Strang's split step, its linear part by the midpoint rule; the couplings are not those of the notes.",
      measure: () => measureGradient("one-sided", 1, 6e-5),
    },
    {
      item: "eight modes, centred, eta 1e-3, 1e-4, 1e-5",
      published: "3e-10 at eta = 1e-5",
      measure: () => measureGradient("centred", 2, 3e-9),
    },
    {
      item: "averaged and single update at mass 1, eta 1e-4",
      published: "2.1e-5, .64",
      measure: () => {
        const [averaged, single] = [updateError("averaged", 1), updateError("single", 1)];
        return {
          summary: `${errorList([averaged])}, ${single.toFixed(2)}`,
          quantities: [
            { name: "error of the averaged update", value: averaged, most: 2e-4 },
            { name: "error of the single update", value: single, least: 0.1 },
          ],
        };
      },
    },
    {
      item: "the bias of a single update falls with the mass: 1, 0.1, 0.01",
      published: "proportional to the mass",
      measure: () => {
        const errors = [1, 0.1, 0.01].map((mass) => updateError("single", mass)) as [number, number, number];
        return {
          summary: errorList(errors),
          quantities: [near("slope", Math.log10(errors[0] / errors[2]) / 2, 1, 0.05)],
        };
      },
    },
  ],
};
