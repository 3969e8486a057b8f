import fc from "fast-check";
import type { Expression, Shape } from "../../core/expression/expression.js";
import { printFormula } from "../../core/formula/index.js";
import type { TaskData } from "../../learning/rule.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import { measureConditioning } from "../measures/conditioning.js";
import { arbitraryTaskData } from "./task-data.js";

/** Options of {@link arbitraryEnergyTask}. */
export interface EnergyTaskOptions {
  /** The most layers. @defaultValue 3 */
  readonly layers?: number;
  /** The most units of a layer. @defaultValue 3 */
  readonly units?: number;
  /** Examples in the batch. @defaultValue 1 */
  readonly examples?: number;
  /** Hard-sigmoid units: linear activations and states kept in [0, 1] by projection. @defaultValue false */
  readonly bounded?: boolean;
  /** The largest condition number of the Hessian at the state. @defaultValue 100 */
  readonly conditionNumber?: number;
  /** How far a bounded state is from a kink, where a bound begins or ceases to hold it. @defaultValue 0.05 */
  readonly clearance?: number;
}

/** A task with data at which its stationary state is stable and well conditioned. */
export interface TaskCase {
  readonly task: LearningTask;
  readonly data: TaskData;
}

/** What a random network is made of; every choice shrinks to the plainer one. */
interface Blueprint {
  readonly sizes: readonly number[];
  readonly inputs: number;
  readonly activations: readonly string[];
  readonly wells: readonly string[];
  readonly lateral: readonly boolean[];
  readonly skip: boolean;
  readonly gate: boolean;
  readonly loss: string;
  readonly extras: readonly string[];
}

const ACTIVATIONS = ["#", "tanh(#)", "sigmoid(#)", "sin(#)", "softplus(#)", "atan(#)"];
/** Energies that hold a layer near zero. */
const WELLS = ["sum(#^2)/2", "0.75*sum(#^2)", "sum(#^2)/2 + sum(#^4)/8", "sum(cosh(#))", "dot(exp(stiffness), #^2)/2"];
const LOSSES = ["sum((# - y)^2)/2", "sum(logcosh(# - y))", "sum(softplus(#) - y*#)"];
/** Terms of a cost that reach beyond the last layer: hidden states, parameters, inputs. */
const EXTRAS = ["0.1*sum(s1^2)", "0.1*sum(V^2)", "0.1*dot(b, s1)", "0.1*dot(V @ x, s1)", "0.05*sum(x^2)*sum(b^2)"];

const filled = (template: string, name: string): string => template.replaceAll("#", name);

function arbitraryBlueprint({ layers = 3, units = 3, bounded = false }: EnergyTaskOptions): fc.Arbitrary<Blueprint> {
  const perLayer = <T>(choice: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
    fc.array(choice, { minLength: layers, maxLength: layers });
  return fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: units }), { minLength: 1, maxLength: layers, size: "max" }),
    inputs: fc.integer({ min: 1, max: 3 }),
    activations: perLayer(bounded ? fc.constant("#") : fc.constantFrom(...ACTIVATIONS)),
    wells: perLayer(bounded ? fc.constant("sum(#^2)/2") : fc.constantFrom(...WELLS)),
    lateral: perLayer(fc.boolean()),
    skip: fc.boolean(),
    gate: fc.boolean(),
    loss: fc.constantFrom(...LOSSES),
    extras: fc.subarray(EXTRAS, { maxLength: 2 }),
  });
}

/** The system and cost of a blueprint as formulas, over layers s1, s2, ... and the input x. */
function buildTask(blueprint: Blueprint, bounded: boolean): LearningTask {
  const { sizes, inputs, activations, wells, lateral, skip, gate, loss, extras } = blueprint;
  const last = sizes.length;
  const size = (k: number): number => sizes[k - 1] as number;
  const rho = (k: number): string => filled(activations[k - 1] as string, `s${k}`);
  const parameters: Record<string, Shape> = { V: [size(1), inputs], b: [size(1)] };
  const terms: string[] = [];
  for (let k = 1; k <= last; k++) {
    const well = wells[k - 1] as string;
    terms.push(filled(well, `s${k}`).replace("stiffness", `stiffness${k}`));
    if (well.includes("stiffness")) parameters[`stiffness${k}`] = [size(k)];
    if (lateral[k - 1]) {
      parameters[`L${k}`] = [size(k), size(k)];
      terms.push(`-dot(${rho(k)}, L${k} @ ${rho(k)})/2`);
    }
    if (k > 1) {
      parameters[`W${k}`] = [size(k), size(k - 1)];
      terms.push(`-dot(${rho(k)}, W${k} @ ${rho(k - 1)})`);
    }
  }
  if (skip && last > 2) {
    parameters.S = [size(last), size(1)];
    terms.push(`-dot(${rho(last)}, S @ ${rho(1)})`);
  }
  if (gate && last > 1) {
    parameters.G = [size(last), inputs];
    terms.push(`-mean(${rho(1)})*dot(G @ x, ${rho(last)})/2`);
  }
  terms.push(`-dot(V @ x + b, ${rho(1)})`);
  const system = energySystem({
    name: `random network ${[inputs, ...sizes].join("-")}`,
    state: Object.fromEntries(
      sizes.map((units, k) => [`s${k + 1}`, { shape: [units], ...(bounded ? { bounds: [0, 1] as const } : {}) }]),
    ),
    parameters,
    input: { x: [inputs] },
    energy: terms.join(" + ").replaceAll("+ -", "- "),
  });
  const cost = [filled(loss, `s${last}`), ...extras].join(" + ");
  return learningTask(system, { target: { y: [size(last)] }, cost: { final: cost } }) as LearningTask;
}

/** How a counterexample is shown. */
function printed({ system, cost }: LearningTask, data: TaskData): string {
  const shapes = system.state.map(({ name, shape, bounds }) => `${name}: [${shape}]${bounds ? ` in [${bounds}]` : ""}`);
  const formulas = [
    `  energy ${printFormula(system.scalar as Expression)}`,
    `  cost ${printFormula(cost.final as Expression)}`,
  ];
  return `${system.name} of ${shapes.join(", ")}\n${formulas.join("\n")}\n  at ${fc.stringify(data)}`;
}

/**
 * Random energies with random data: small layered networks of random sizes, activations, wells, lateral, skip and gated
 * couplings, under a random cost that may depend on hidden states, parameters and inputs. Kept are those whose state can
 * move, is stable and well conditioned (the Hessian's eigenvalues are computed): a rule that fails on one is wrong.
 */
export function arbitraryEnergyTask(options: EnergyTaskOptions = {}): fc.Arbitrary<TaskCase> {
  const { examples = 1, bounded = false, conditionNumber = 100, clearance = 0.05 } = options;
  return arbitraryBlueprint(options)
    .map((blueprint) => buildTask(blueprint, bounded))
    .chain((task) =>
      arbitraryTaskData(task, { examples }).map((data) => ({
        task,
        data,
        [fc.toStringMethod]: () => printed(task, data),
      })),
    )
    .filter(({ task, data }) => {
      const measured = measureConditioning(task, data);
      return (
        measured.settled &&
        measured.abscissa < 0 &&
        measured.abscissa > -Infinity &&
        measured.conditionNumber <= conditionNumber &&
        measured.clearance >= clearance
      );
    });
}
