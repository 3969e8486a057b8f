import fc from "fast-check";
import type { Shape } from "../../core/expression/expression.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import { ACTIVATIONS, filled, LOSSES, summed } from "./formula-templates.js";
import { arbitraryTaskCase, type TaskCase, type TaskCaseOptions } from "./task-case.js";

export type { TaskCase } from "./task-case.js";

/** Options of {@link arbitraryEnergyTask}. */
export interface EnergyTaskOptions extends TaskCaseOptions {
  /** The most layers. @defaultValue 3 */
  readonly layers?: number;
  /** The most units of a layer. @defaultValue 3 */
  readonly units?: number;
  /** Hard-sigmoid units: linear activations and states kept in [0, 1] by projection. @defaultValue false */
  readonly bounded?: boolean;
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

/** Energies that hold a layer near zero. */
const WELLS = ["sum(#^2)/2", "0.75*sum(#^2)", "sum(#^2)/2 + sum(#^4)/8", "sum(cosh(#))", "dot(exp(stiffness), #^2)/2"];
/** Terms of a cost that reach beyond the last layer: hidden states, parameters, inputs. */
const EXTRAS = ["0.1*sum(s1^2)", "0.1*sum(V^2)", "0.1*dot(b, s1)", "0.1*dot(V @ x, s1)", "0.05*sum(x^2)*sum(b^2)"];

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
    energy: summed(terms),
  });
  const cost = [filled(loss, `s${last}`), ...extras].join(" + ");
  return learningTask(system, { target: { y: [size(last)] }, cost: { final: cost } }) as LearningTask;
}

/**
 * Random energies with random data: small layered networks of random sizes, activations, wells, lateral, skip and gated
 * couplings, under a random cost that may depend on hidden states, parameters and inputs. Kept are those whose state can
 * move, is stable and well conditioned (the Hessian's eigenvalues are computed): a rule that fails on one is wrong.
 */
export function arbitraryEnergyTask(options: EnergyTaskOptions = {}): fc.Arbitrary<TaskCase> {
  const { bounded = false } = options;
  return arbitraryTaskCase(
    arbitraryBlueprint(options).map((blueprint) => buildTask(blueprint, bounded)),
    options,
  );
}
