import type { TaskData } from "../../learning/rule.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { forceSystem } from "../../systems/force-system.js";
import { rateTask, sixUnits, sixUnitsData, skewTask, wave } from "./example-tasks.js";

/** A small task of one structure, with data. */
export interface StructureTask {
  readonly structure: string;
  readonly task: LearningTask;
  readonly data: TaskData;
}

/** A force that is symmetric in the metric it declares, with a cost that leaves out an entry. */
const twistedTask = learningTask(
  forceSystem({
    name: "symmetric rate network",
    state: { r: [4] },
    parameters: { W: [4, 4], b: [4] },
    force: { r: "-r + ((W + transpose(W))/2) @ tanh(r) + b" },
    twist: { r: "1 - tanh(r)^2" },
  }),
  { target: { y: [3] }, cost: { final: "sum((r[1:] - y)^2)/2" } },
);

/** Hopfield's force with independent weights, its energy part declared. */
const hopfieldTask = learningTask(
  forceSystem({
    name: "asymmetric Hopfield network",
    state: { x: [4] },
    parameters: { W: [4, 4], b: [4] },
    energy: "sum(x^2)/2 - dot(b, tanh(x))",
    force: { x: "(1 - tanh(x)^2)*(W @ tanh(x))" },
  }),
  { target: { y: [4] }, cost: { final: "sum((x - y)^2)/2 + 0.05*sum(W^2)" } },
);

/** The same force on a state with bounds, none of which is reached. */
const boundedTask = learningTask(
  forceSystem({
    name: "bounded rate network",
    state: { r: { shape: [4], bounds: [-3, 3] } },
    parameters: { W: [4, 4], b: [4] },
    force: { r: "-r + W @ tanh(r) + b" },
  }),
  { target: { y: [4] }, cost: { final: "sum((r - y)^2)/2" } },
);

/** A force whose Jacobian is symmetric as its graph shows. */
const reciprocalTask = learningTask(
  forceSystem({
    name: "reciprocal force",
    state: { x: [3] },
    parameters: { k: [3], b: [3] },
    energy: "sum((2 + k^2)*x^2)/2 + sum(x^4)/4 - dot(b, x)",
    force: { x: "shift(x, 1) + shift(x, -1)" },
  }),
  { target: { y: [3] }, cost: { final: "sum((x - y)^2)/2" } },
);

const weights = { W: wave(16, 1, 0.6), b: wave(4, 2) };

/** One task for each structure that rules of stationary states tell apart. */
export const tasksByStructure: readonly StructureTask[] = [
  { structure: "energy", task: sixUnits as LearningTask, data: sixUnitsData() as TaskData },
  {
    structure: "skew-gradient potential",
    task: skewTask as LearningTask,
    data: {
      parameters: { G: wave(6, 1), c: wave(3, 2), slow: [0.5, 1.3] },
      input: { x: wave(2, 4) },
      target: { y: wave(3, 6) },
    },
  },
  {
    structure: "force",
    task: rateTask as LearningTask,
    data: { parameters: weights, input: { x: wave(4, 3) }, target: { y: wave(4, 5) } },
  },
  {
    structure: "force with a declared twist",
    task: twistedTask as LearningTask,
    data: { parameters: weights, target: { y: wave(3, 5) } },
  },
  {
    structure: "force with a declared energy part",
    task: hopfieldTask as LearningTask,
    data: { parameters: weights, target: { y: wave(4, 5) } },
  },
  {
    structure: "force with bounds",
    task: boundedTask as LearningTask,
    data: { parameters: weights, target: { y: wave(4, 5) } },
  },
  {
    structure: "force with a symmetric Jacobian",
    task: reciprocalTask as LearningTask,
    data: { parameters: { k: wave(3, 1, 1.5), b: wave(3, 2) }, target: { y: wave(3, 5) } },
  },
];
