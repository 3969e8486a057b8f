import { sizeOf } from "../../core/expression/expression.js";
import { RandomStream } from "../../core/random.js";
import type { Values } from "../../core/system.js";
import { rules } from "../../learning/registry.js";
import type { TaskData } from "../../learning/rule.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { carefulSolver, type Exactness, measureExactness } from "../../property-tests/index.js";
import { asymmetricHopfieldNetwork } from "../../systems/catalogue/asymmetric-hopfield-network.js";
import { fitzhughNagumoRing } from "../../systems/catalogue/fitzhugh-nagumo.js";
import { energySystem } from "../../systems/energy-system.js";

/** How exact a rule's gradient is on a small system of a structure. */
export interface ExactnessRow extends Exactness {
  readonly structure: string;
  readonly rule: string;
}

/** A small task with data. */
interface SmallTask {
  readonly task: LearningTask;
  readonly data: TaskData;
}

/** Draws what is not given: parameters, inputs and targets. */
function smallTask(task: unknown, given: Values = {}): SmallTask {
  const { system, target } = task as LearningTask;
  const random = new RandomStream(1);
  const draw = (blocks: readonly { readonly name: string; readonly shape: readonly number[] }[]): Values =>
    Object.fromEntries(
      blocks.map(({ name, shape }) => {
        const values = Float64Array.from({ length: sizeOf(shape) }, () => 0.5 * random.nextNormal());
        return [name, given[name] ?? values];
      }),
    );
  const data = { parameters: draw(system.parameters), input: draw(system.input), target: draw(target) };
  return { task: task as LearningTask, data };
}

/** A small network with couplings in and between layers, and a cost that depends on the parameters as well. */
function energyTask(): SmallTask {
  const network = energySystem({
    name: "six units",
    state: { hidden: [4], output: [2] },
    parameters: { W: [2, 4], V: [4, 3], b: [4], K: [4, 4] },
    input: { x: [3] },
    energy:
      "sum(hidden^2)/2 + sum(output^2)/2 - dot(tanh(output), W @ tanh(hidden)) - dot(V @ x + b, tanh(hidden)) " +
      "- dot(tanh(hidden), K @ tanh(hidden))/4",
  });
  return smallTask(
    learningTask(network, { target: { y: [2] }, cost: { final: "sum((output - y)^2)/2 + 0.01*sum(W^2)" } }),
  );
}

/** Activators and inhibitors with a cost on both. */
function skewGradientTask(): SmallTask {
  const { system, parameters } = fitzhughNagumoRing({ sites: 4 });
  const task = learningTask(system, { target: { y: [4] }, cost: { final: "mean((u - y)^2) + mean(v^2)" } });
  const { current, ...fixed } = parameters;
  return smallTask(task, fixed);
}

/** Independent weights beside an energy. */
function forceTask(): SmallTask {
  const { system, parameters } = asymmetricHopfieldNetwork({ units: 5, inputs: 2, gain: 0.8 });
  const task = learningTask(system, { target: { y: [5] }, cost: { final: "sum((x - y)^2)/2 + 0.01*sum(W^2)" } });
  return smallTask(task, { W: parameters.W });
}

const NUDGES = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

/** Measures every registered physical rule against implicit differentiation, on a task of each structure it accepts. */
export function measureRules(): ExactnessRow[] {
  const solver = carefulSolver();
  const physical = rules.filter(({ role }) => role === "physical");
  return [energyTask(), skewGradientTask(), forceTask()].flatMap(({ task, data }) =>
    physical
      .filter(({ make }) => make(solver).refusal(task) === undefined)
      .map(({ name, make }) => ({
        structure: task.system.kind,
        rule: name,
        ...measureExactness({ task, data, nudges: NUDGES, makeRule: (nudge) => make(solver, nudge) }),
      })),
  );
}
