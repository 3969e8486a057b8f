import { RandomStream } from "../../core/random.js";
import { fixedPoint } from "../../integrators/solvers/fixed-point.js";
import type { GradientResult } from "../../learning/rule.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import { learningTask } from "../../learning/task.js";
import { feedforwardNetwork } from "../../systems/catalogue/feedforward-network.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { powerLaw, type Subject, subject } from "./error-curves.js";
import { errorList, type Measurement, type Reproduction } from "./reproduction.js";

const SIZES = [4, 6, 5, 3];
/** Layers that have a state. */
const DEPTH = SIZES.length - 1;
const LAYERS = SIZES.slice(1).map((_, k) => k + 1);
const settle = carefulSolver();

type Arrays = Readonly<Record<string, Float64Array>>;

/** A tanh network with random weights and biases, one input and a target. */
function network(): { readonly parameters: Arrays; readonly x: Float64Array; readonly y: Float64Array } {
  const random = new RandomStream(7);
  const draw = (count: number, scale: number) =>
    Float64Array.from({ length: count }, () => scale * random.nextNormal());
  const parameters = LAYERS.flatMap((k) => {
    const [above, below] = [SIZES[k] as number, SIZES[k - 1] as number];
    return [[`W${k}`, draw(above * below, 1 / Math.sqrt(below))] as const, [`b${k}`, draw(above, 0.2)] as const];
  });
  return {
    parameters: Object.fromEntries(parameters),
    x: draw(SIZES[0] as number, 1),
    y: draw(SIZES[DEPTH] as number, 1),
  };
}

function feedforward(): Subject {
  const { parameters, x, y } = network();
  const task = learningTask(feedforwardNetwork({ layers: SIZES }).system, {
    target: { y: [SIZES[DEPTH] as number] },
    cost: { final: "sum((output - y)^2)/2" },
  });
  return subject(task, { parameters, input: { x }, target: { y } });
}

/** Backpropagation of |output - y|^2 / 2 by the chain rule, layer by layer, with nothing of the library. */
export function backpropagation(parameters: Arrays, x: Float64Array, y: Float64Array): Arrays {
  const weight = (k: number, row: number, column: number): number =>
    parameters[`W${k}`]?.[row * (SIZES[k - 1] as number) + column] as number;
  const rates = [x];
  for (const k of LAYERS) {
    const below = rates[k - 1] as Float64Array;
    const biases = parameters[`b${k}`] as Float64Array;
    rates.push(biases.map((bias, row) => Math.tanh(below.reduce((sum, r, j) => sum + weight(k, row, j) * r, bias))));
  }
  const gradient: Record<string, Float64Array> = {};
  let error = (rates[DEPTH] as Float64Array).map((r, k) => r - (y[k] as number));
  for (const k of [...LAYERS].reverse()) {
    const below = rates[k - 1] as Float64Array;
    const delta = error.map((e, row) => e * (1 - (rates[k]?.[row] as number) ** 2));
    gradient[`b${k}`] = delta;
    gradient[`W${k}`] = Float64Array.from([...delta].flatMap((d) => Array.from(below, (r) => d * r)));
    error = below.map((_, j) => delta.reduce((sum, d, row) => sum + weight(k, row, j) * d, 0));
  }
  return gradient;
}

/** Relative L2 error of the parameters of some layers. */
function errorOfLayers(found: GradientResult, expected: Arrays, layers: readonly number[]): number {
  const names = layers.flatMap((k) => [`W${k}`, `b${k}`]);
  const entries = names.flatMap((name) => Array.from(expected[name] as Float64Array));
  const differences = names.flatMap((name) =>
    Array.from(expected[name] as Float64Array, (value, k) => (found.gradient[name]?.data[k] as number) - value),
  );
  return Math.hypot(...differences) / Math.hypot(...entries);
}

function measureBackpropagation(): Measurement {
  const { parameters, x, y } = network();
  const { task, data } = feedforward();
  const result = implicitDifferentiation({ settle }).gradient(task, data);
  const error = errorOfLayers(result, backpropagation(parameters, x, y), LAYERS);
  return { summary: errorList([error]), quantities: [{ name: "error", value: error, most: 1e-12 }] };
}

/** Gradients of hidden layers are read off states that a nudge of the output does not reach at all. */
function measureVectorField(): Measurement {
  const { parameters, x, y } = network();
  const { task, data } = feedforward();
  const expected = backpropagation(parameters, x, y);
  const rule = vectorFieldRule({ nudge: 1e-2, settle: fixedPoint({ tolerance: 1e-12 }) });
  const result = rule.gradient(task, data);
  const hidden = LAYERS.slice(0, -1);
  const largest = Math.max(
    ...hidden
      .flatMap((k) => [`W${k}`, `b${k}`])
      .flatMap((name) => Array.from(result.gradient[name]?.data ?? [NaN], Math.abs)),
  );
  const [inside, outside] = [errorOfLayers(result, expected, hidden), errorOfLayers(result, expected, [DEPTH])];
  return {
    summary: `${inside.toFixed(2)}, every hidden entry exactly ${largest}; output layer ${errorList([outside])}`,
    quantities: [
      { name: "largest hidden entry", value: largest, most: 0 },
      { name: "error of the hidden layers", value: inside, least: 1, most: 1 },
      { name: "error of the output layer", value: outside, most: 1e-3 },
    ],
  };
}

/** Steps of length one from zero; one step less must not be enough. */
function measureDyadicSteps(): Measurement {
  const { parameters, x, y } = network();
  const { task, data } = feedforward();
  const expected = backpropagation(parameters, x, y);
  const after = (iterations: number): number => {
    const rule = dyadicEquilibriumPropagation({ nudge: 0.5, settle: fixedPoint({ iterations, tolerance: 1e-300 }) });
    return errorOfLayers(rule.gradient(task, data), expected, LAYERS);
  };
  const steps = Array.from({ length: 2 * DEPTH + 1 }, (_, k) => k + 1);
  const errors = steps.map(after);
  const at = (count: number): number => errors[count - 1] as number;
  return {
    summary: `${errorList([at(2 * DEPTH)])} after ${2 * DEPTH} steps, ${errorList([at(2 * DEPTH - 1)])} after ${2 * DEPTH - 1}`,
    quantities: [
      { name: `error after ${2 * DEPTH} steps`, value: at(2 * DEPTH), most: 1e-14 },
      { name: `error after ${2 * DEPTH - 1} steps`, value: at(2 * DEPTH - 1), least: 1e-3 },
      { name: `error after ${2 * DEPTH + 1} steps`, value: at(2 * DEPTH + 1), most: 1e-14 },
    ],
  };
}

/** A feedforward network is the extreme of non-reciprocal systems. */
export const feedforwardLimit: Reproduction = {
  name: "feedforward-limit",
  title: "The feedforward limit: backpropagation",
  source: "Scurria et al. 2026 (arXiv 2602.03670) and Scurria 2026 (arXiv 2602.02281); numbers of the notes, section 4",
  items: [
    {
      item: "feedforward 4-6-5-3: implicit differentiation against backpropagation by hand",
      published: "equal: the adjoint state is minus the backpropagated error",
      measure: measureBackpropagation,
    },
    {
      item: "vector-field rule, hidden layers",
      published: "1.00, a gradient of exactly zero",
      measure: measureVectorField,
    },
    {
      item: "AsymEP centred, nudge 1e-3 last",
      published: "at most 6e-6",
      measure: () =>
        powerLaw({
          subjects: [feedforward()],
          nudges: [1e-1, 1e-2, 1e-3],
          makeRule: (nudge) => asymmetricEquilibriumPropagation({ nudge, settle }),
          order: 2,
          most: 6e-6,
        }),
    },
    {
      item: `Dyadic EP, 2L = ${2 * DEPTH} steps of length one from zero`,
      published: "exact (at most 1e-10) after 2L steps",
      measure: measureDyadicSteps,
    },
  ],
};
