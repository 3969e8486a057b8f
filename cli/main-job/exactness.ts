import { sizeOf } from "../../core/expression/expression.js";
import { RandomStream } from "../../core/random.js";
import { rules } from "../../learning/registry.js";
import { learningTask } from "../../learning/task.js";
import { carefulSolver, type Exactness, measureExactness } from "../../property-tests/index.js";
import { energySystem } from "../../systems/energy-system.js";

/** How exact a rule's gradient is on a small system of a structure. */
export interface ExactnessRow extends Exactness {
  readonly structure: string;
  readonly rule: string;
}

/** A small network with couplings in and between layers, and a cost that depends on the parameters as well. */
function energyTask() {
  const network = energySystem({
    name: "six units",
    state: { hidden: [4], output: [2] },
    parameters: { W: [2, 4], V: [4, 3], b: [4], K: [4, 4] },
    input: { x: [3] },
    energy:
      "sum(hidden^2)/2 + sum(output^2)/2 - dot(tanh(output), W @ tanh(hidden)) - dot(V @ x + b, tanh(hidden)) " +
      "- dot(tanh(hidden), K @ tanh(hidden))/4",
  });
  const task = learningTask(network, {
    target: { y: [2] },
    cost: { final: "sum((output - y)^2)/2 + 0.01*sum(W^2)" },
  });
  const random = new RandomStream(1);
  const draw = (shape: readonly number[]): Float64Array =>
    Float64Array.from({ length: sizeOf(shape) }, () => 0.5 * random.nextNormal());
  const { parameters, input } = network;
  const blocks = [...parameters, ...input, ...task.target];
  const values = Object.fromEntries(blocks.map(({ name, shape }) => [name, draw(shape)]));
  const of = (group: readonly { readonly name: string }[]): never =>
    Object.fromEntries(group.map(({ name }) => [name, values[name]])) as never;
  return { task, data: { parameters: of(parameters), input: of(input), target: of(task.target) } };
}

/** Measures every registered physical rule against implicit differentiation. */
export function measureRules(): ExactnessRow[] {
  const { task, data } = energyTask();
  const solver = carefulSolver();
  return rules
    .filter(({ role }) => role === "physical")
    .map(({ name, make }) => ({
      structure: task.system.kind,
      rule: name,
      ...measureExactness({ task, data, makeRule: (nudge) => make(solver, nudge) }),
    }));
}
