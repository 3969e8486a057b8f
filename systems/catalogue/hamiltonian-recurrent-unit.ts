import { RandomStream } from "../../core/random.js";
import type { DynamicalSystem } from "../../core/system.js";
import { hamiltonianSystem } from "../hamiltonian-system.js";
import { type CatalogueSystem, catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";
import { normalWeights } from "./layers.js";

/** Options of {@link hamiltonianRecurrentUnit}. */
export interface HamiltonianRecurrentUnitOptions<K extends "linear" | "log-cosh" = "linear" | "log-cosh"> {
  /** Number of neurons. */
  readonly units: number;
  /** Number of inputs. */
  readonly inputs: number;
  /** "linear": springs; "log-cosh": springs with a force of tanh besides. */
  readonly nonlinearity: K;
  /** Seed of the example's parameters; 0 by default. */
  readonly seed?: number;
}

/** Block names of a linear unit. */
export interface LinearRecurrentNames {
  readonly state: "phi" | "momentum";
  readonly parameters: "stiffness" | "B" | "step_logit";
  readonly input: "u";
  readonly defaults: "step_logit";
}

/** Block names of a nonlinear unit. */
export interface NonlinearRecurrentNames {
  readonly state: "phi" | "momentum";
  readonly parameters: "alpha" | "slope" | "B" | "b" | "step_logit";
  readonly input: "u";
  readonly defaults: "alpha" | "slope" | "b" | "step_logit";
}

/**
 * A Hamiltonian recurrent unit: neurons with coordinates phi and momenta, driven by the input u,
 *
 * "linear":   H = sum s (momentum^2 / 2 + stiffness phi^2 / 2 - phi (B u)),
 * "log-cosh": H = sum s (momentum^2 / 2 + alpha phi^2 / 2 + log cosh(slope phi + B u + b) / slope),
 *
 * with s = sigmoid(step_logit), the pace of each neuron: a step of h moves neuron i by s_i h of its own time, so that s_i h is its own
 * step size, learnt like the rest. There is no coupling between neurons; layers between units mix them. With step_logit = 0 every
 * neuron has the pace 1/2. Leapfrog is stable where (s h)^2 stiffness < 4, and (s h)^2 (alpha + slope) < 4.
 *
 * Exact for the linear unit with positive stiffness and constant input: phi turns about (B u) / stiffness at s sqrt(stiffness).
 *
 * `stiffness` (positive) and B [units, inputs] have no defaults in the system; alpha and slope are 1 and b and step_logit 0. In the
 * example stiffness lies between 0.5 and 2, B is normal of standard deviation 1 / sqrt(inputs), step_logit lies between -1 and 1,
 * slope between 0.5 and 1.5 and b between -0.5 and 0.5. It starts at rest in 0 with the input 1.
 *
 * Source: Pourcel and Ernoult 2025.
 *
 * @throws InputError for sizes that are not positive whole numbers, or another nonlinearity
 */
export function hamiltonianRecurrentUnit(
  options: HamiltonianRecurrentUnitOptions<"linear">,
): CatalogueSystem<LinearRecurrentNames>;
export function hamiltonianRecurrentUnit(
  options: HamiltonianRecurrentUnitOptions<"log-cosh">,
): CatalogueSystem<NonlinearRecurrentNames>;
export function hamiltonianRecurrentUnit(
  options: HamiltonianRecurrentUnitOptions,
): CatalogueSystem<LinearRecurrentNames> | CatalogueSystem<NonlinearRecurrentNames> {
  const { units, inputs, nonlinearity, seed = 0 } = options;
  checkSize("hamiltonianRecurrentUnit, units", units, 1);
  checkSize("hamiltonianRecurrentUnit, inputs", inputs, 1);
  const linear = nonlinearity === "linear";
  const known = linear || nonlinearity === "log-cosh";
  checkOption("hamiltonianRecurrentUnit, nonlinearity", nonlinearity, known, '"linear" or "log-cosh"');
  const random = new RandomStream(seed);
  const between = (low: number, high: number): Float64Array =>
    Float64Array.from({ length: units }, () => low + (high - low) * random.nextUniform());
  const shared = { B: normalWeights(random, units, inputs, 1), step_logit: between(-1, 1) };
  return linear ? linearUnit(units, inputs, { stiffness: between(0.5, 2), ...shared }) : nonlinearUnit();

  function nonlinearUnit(): CatalogueSystem<NonlinearRecurrentNames> {
    const system = hamiltonianSystem({
      ...declaration("nonlinear", units, inputs),
      parameters: {
        alpha: 1,
        slope: { shape: [units], default: 1 },
        b: { shape: [units], default: 0 },
        step_logit: { shape: [units], default: 0 },
        B: [units, inputs],
      },
      hamiltonian: "sum(sigmoid(step_logit)*(momentum^2/2 + alpha*phi^2/2 + logcosh(slope*phi + B @ u + b)/slope))",
    });
    return catalogueSystem<NonlinearRecurrentNames>(system as DynamicalSystem<NonlinearRecurrentNames>, {
      parameters: { slope: between(0.5, 1.5), b: between(-0.5, 0.5), ...shared },
      initial: { phi: 0, momentum: 0 },
      input: { u: 1 },
    });
  }
}

const declaration = (kind: string, units: number, inputs: number) =>
  ({
    name: `${kind} Hamiltonian recurrent unit of ${units} neurons`,
    coordinates: { phi: [units] },
    momenta: { momentum: [units] },
    input: { u: [inputs] },
  }) as const;

function linearUnit(
  units: number,
  inputs: number,
  parameters: { readonly stiffness: Float64Array; readonly B: Float64Array; readonly step_logit: Float64Array },
): CatalogueSystem<LinearRecurrentNames> {
  const system = hamiltonianSystem({
    ...declaration("linear", units, inputs),
    parameters: { step_logit: { shape: [units], default: 0 }, stiffness: [units], B: [units, inputs] },
    hamiltonian: "sum(sigmoid(step_logit)*(momentum^2/2 + stiffness*phi^2/2 - phi*(B @ u)))",
  });
  const { stiffness, B, step_logit } = parameters;
  return catalogueSystem(system, {
    parameters,
    initial: { phi: 0, momentum: 0 },
    input: { u: 1 },
    exact: (time) => {
      const [phi, momentum] = [new Float64Array(units), new Float64Array(units)];
      stiffness.forEach((spring, i) => {
        const drive = B.subarray(i * inputs, (i + 1) * inputs).reduce((sum, weight) => sum + weight, 0);
        const root = Math.sqrt(spring);
        const turned = (root * time) / (1 + Math.exp(-(step_logit[i] as number)));
        phi[i] = (drive / spring) * (1 - Math.cos(turned));
        momentum[i] = (drive / root) * Math.sin(turned);
      });
      return { phi, momentum };
    },
  });
}
