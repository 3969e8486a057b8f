import fc from "fast-check";
import type { Shape } from "../../core/expression/expression.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { forceSystem } from "../../systems/force-system.js";
import { ACTIVATIONS, type Activation, filled, LOSSES, slopeOf, summed } from "./formula-templates.js";
import { arbitraryTaskCase, type TaskCase, type TaskCaseOptions } from "./task-case.js";
import type { Range } from "./task-data.js";

/** Options of {@link arbitraryForceTask}. */
export interface ForceTaskOptions extends TaskCaseOptions {
  /** The most layers. @defaultValue 3 */
  readonly layers?: number;
  /** The most units of a layer. @defaultValue 3 */
  readonly units?: number;
  /** Hard-sigmoid units: linear activations and states kept in [0, 1] by projection. @defaultValue false */
  readonly bounded?: boolean;
  /**
   * The least asymmetry |J - J'| / |J + J'| of the Jacobian at the state (Frobenius norms); a network of one unit has none.
   * @defaultValue 0
   */
  readonly leastAsymmetry?: number;
}

/** What a random network is made of; every choice shrinks to the plainer one. */
interface Blueprint {
  readonly sizes: readonly number[];
  readonly inputs: number;
  /** Rate units sum activations; Hopfield units weigh the sum with the slope of their own, as if it had an energy. */
  readonly units: "rate" | "Hopfield";
  readonly activations: readonly Activation[];
  readonly leaks: readonly string[];
  readonly feedback: readonly boolean[];
  readonly lateral: readonly boolean[];
  readonly energy: readonly boolean[];
  readonly skip: boolean;
  readonly gate: boolean;
  readonly loss: string;
  readonly extras: readonly string[];
}

/** Forces that hold a layer near zero. */
const LEAKS = ["-#", "-1.5*#", "-# - #^3/2", "-sinh(#)", "-exp(stiffness)*#"];
/** Terms of a cost that reach beyond the last layer: hidden states, parameters, inputs. */
const EXTRAS = ["0.1*sum(s1^2)", "0.1*sum(V^2)", "0.1*dot(b, s1)", "0.1*dot(V @ x, s1)", "0.05*sum(x^2)*sum(b^2)"];

function arbitraryBlueprint({ layers = 3, units = 3, bounded = false }: ForceTaskOptions): fc.Arbitrary<Blueprint> {
  const perLayer = <T>(choice: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
    fc.array(choice, { minLength: layers, maxLength: layers });
  return fc.record({
    sizes: fc.array(fc.integer({ min: 1, max: units }), { minLength: 1, maxLength: layers, size: "max" }),
    inputs: fc.integer({ min: 1, max: 3 }),
    units: fc.constantFrom("rate", "Hopfield"),
    activations: perLayer(bounded ? fc.constant("#") : fc.constantFrom(...ACTIVATIONS)),
    leaks: perLayer(bounded ? fc.constant("-#") : fc.constantFrom(...LEAKS)),
    feedback: perLayer(fc.boolean()),
    lateral: perLayer(fc.boolean()),
    energy: perLayer(fc.boolean()),
    skip: fc.boolean(),
    gate: fc.boolean(),
    loss: fc.constantFrom(...LOSSES),
    extras: fc.subarray(EXTRAS, { maxLength: 2 }),
  });
}

/** The system and cost of a blueprint as formulas, over layers s1, s2, ... and the input x. */
function buildTask(blueprint: Blueprint, bounded: boolean): LearningTask {
  const { sizes, inputs, units, activations, leaks, feedback, lateral, energy, skip, gate, loss, extras } = blueprint;
  const last = sizes.length;
  const size = (k: number): number => sizes[k - 1] as number;
  const activation = (k: number): Activation => activations[k - 1] as Activation;
  const rho = (k: number): string => filled(activation(k), `s${k}`);
  const slope = (k: number): string => filled(slopeOf(activation(k)), `s${k}`);
  const parameters: Record<string, Shape> = { V: [size(1), inputs], b: [size(1)] };
  /** A weight matrix of its own for each direction of each connection. */
  const coupled = (name: string, to: number, from: number): string => {
    parameters[name] = [size(to), size(from)];
    return `${name} @ ${rho(from)}`;
  };
  const layerForce = (k: number): string => {
    const leak = filled(leaks[k - 1] as string, `s${k}`).replace("stiffness", `stiffness${k}`);
    if (leak.includes("stiffness")) parameters[`stiffness${k}`] = [size(k)];
    const sums: string[] = [];
    if (k === 1) sums.push("V @ x + b");
    if (k > 1) sums.push(coupled(`W${k}`, k, k - 1));
    if (k < last && feedback[k - 1]) sums.push(coupled(`B${k}`, k, k + 1));
    if (lateral[k - 1]) sums.push(coupled(`L${k}`, k, k));
    if (skip && last > 2 && k === last) sums.push(coupled("S", last, 1));
    if (gate && last > 1 && k === last) {
      parameters.G = [size(last), inputs];
      sums.push(`mean(${rho(1)})*(G @ x)/2`);
    }
    const terms = [leak, units === "Hopfield" ? `${slope(k)}*(${summed(sums)})` : summed(sums)];
    if (energy[k - 1]) {
      // Minus the gradient of -dot(rho, M @ rho)/2.
      parameters[`M${k}`] = [size(k), size(k)];
      terms.push(`${slope(k)}*((M${k} + transpose(M${k})) @ ${rho(k)})/2`);
    }
    return summed(terms);
  };
  const numbers = sizes.map((_, k) => k + 1);
  const force = Object.fromEntries(numbers.map((k) => [`s${k}`, layerForce(k)]));
  const system = forceSystem({
    name: `random ${units} network ${[inputs, ...sizes].join("-")}`,
    state: Object.fromEntries(
      numbers.map((k) => [`s${k}`, { shape: [size(k)], ...(bounded ? { bounds: [0, 1] as const } : {}) }]),
    ),
    parameters,
    input: { x: [inputs] },
    force,
  });
  const cost = [filled(loss, `s${last}`), ...extras].join(" + ");
  return learningTask(system, { target: { y: [size(last)] }, cost: { final: cost } }) as LearningTask;
}

/**
 * Random force fields with random data: small layered networks of rate or Hopfield units with independent weights forwards
 * and back, random sizes, activations, leaks, asymmetric lateral, symmetric lateral (with an energy), skip and gated
 * couplings, under a random cost that may depend on hidden states, parameters and inputs. Kept are those whose state can
 * move, is stable and well conditioned and, on request, whose Jacobian is far from symmetric: a rule for forces that fails
 * on one is wrong.
 */
export function arbitraryForceTask(options: ForceTaskOptions = {}): fc.Arbitrary<TaskCase> {
  const { bounded = false, leastAsymmetry = 0 } = options;
  return arbitraryTaskCase(
    arbitraryBlueprint(options).map((blueprint) => buildTask(blueprint, bounded)),
    options,
    ({ asymmetry }) => asymmetry >= leastAsymmetry,
    weightRanges,
  );
}

/** Weights of one direction; larger ones than usual, so that Jacobians are measurably asymmetric. */
function weightRanges({ system }: LearningTask): Record<string, Range> {
  const weights = system.parameters.filter(({ name }) => /^[WBLS]\d*$/.test(name));
  return Object.fromEntries(
    weights.map(({ name, shape }) => {
      const reach = 1.4 / Math.sqrt(Math.max(...shape));
      return [name, [-reach, reach]];
    }),
  );
}
