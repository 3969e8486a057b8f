import { RandomStream } from "../../core/random.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import type { LearningRule } from "../../learning/rule.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { reciprocityProbes } from "../../learning/rules/reciprocity-probes.js";
import { twistedEquilibriumPropagation } from "../../learning/rules/twisted-equilibrium-propagation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import { learningTask } from "../../learning/task.js";
import { rateNetwork } from "../../systems/catalogue/rate-network.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { stateAsGuess } from "../measures/state-as-guess.js";
import { flatError, powerLaw, type Subject, subject } from "./error-curves.js";
import { type Measurement, near, type Reproduction, type ReproductionOptions } from "./reproduction.js";

const UNITS = 8;
const NUDGES = [1e-1, 1e-2, 1e-3];
/** Symmetric weights of a standard deviation have a larger spectral radius than independent ones. */
const GAIN = { symmetric: 0.65, independent: 0.8 };
const settle = carefulSolver();

function rateSubject(weights: "symmetric" | "independent"): Subject {
  const { system, parameters } = rateNetwork({ units: UNITS, weights, gain: GAIN[weights], seed: 2 });
  const random = new RandomStream(100);
  const draw = (scale: number) => Float64Array.from({ length: UNITS }, () => scale * random.nextNormal());
  const task = learningTask(system, { target: { y: [UNITS] }, cost: { final: "sum((x - y)^2)/2" } });
  return subject(task, { parameters: { ...parameters, b: draw(0.3) }, input: { u: 0.3 }, target: { y: draw(1) } });
}

/** Draws of sign vectors that the squared error is averaged over. */
const DRAWS = { quick: 1500, full: 40_000 };

/**
 * The adjoint state lambda is minus the gradient for the biases, q that of the plain response. The mean squared error of its
 * estimate from m sign vectors is compared with (n - 1) |lambda - q|^2 / m.
 */
function measureVariance({ full = false }: ReproductionOptions): Measurement {
  const { task, data } = rateSubject("independent");
  const [nudge, quick] = [1e-2, gradientFlow({ tolerance: 1e-9 })];
  const exact = implicitDifferentiation({ settle }).gradient(task, data);
  const start = stateAsGuess(exact, data);
  const adjointOf = (rule: LearningRule): Float64Array => rule.gradient(task, start).gradient.b?.data as Float64Array;
  const adjoint = exact.gradient.b?.data as Float64Array;
  const squaredError = (found: Float64Array): number =>
    found.reduce((sum, value, k) => sum + (value - (adjoint[k] as number)) ** 2, 0);
  const plain = squaredError(adjointOf(vectorFieldRule({ nudge, settle })));
  const draws = full ? DRAWS.full : DRAWS.quick;
  const ratioFor = (probes: number): number => {
    let total = 0;
    for (let seed = 0; seed < draws; seed++) {
      total += squaredError(adjointOf(reciprocityProbes({ nudge, probes, seed, settle: quick })));
    }
    return total / draws / (((UNITS - 1) * plain) / probes);
  };
  const ratios = [1, 4].map((probes) => [probes, ratioFor(probes)] as const);
  // A squared error scatters by at most sqrt(2) of its mean (one probe), the mean of N of them by 1 / sqrt(N) of that.
  const fourDeviations = 4 * Math.sqrt(2 / draws);
  return {
    summary: `measured over formula ${ratios.map(([probes, ratio]) => `${ratio.toFixed(3)} (m = ${probes})`).join(", ")}`,
    quantities: ratios.map(([probes, ratio]) => near(`ratio for m = ${probes}`, ratio, 1, fourDeviations)),
  };
}

/** Ways to the adjoint state without the Jacobian. */
export const metricAndProbes: Reproduction = {
  name: "metric-and-probes",
  title: "Known metrics and reciprocity probes",
  source: "notes on Scurria et al. 2026 (arXiv 2602.03670) and Kendall 2026 (arXiv 2605.21568), section 4",
  items: [
    {
      item: "rate network with symmetric weights, metric P = rho'(x), nudge 1e-3 last",
      published: "2e-6",
      measure: () =>
        powerLaw({
          subjects: [rateSubject("symmetric")],
          nudges: NUDGES,
          makeRule: (nudge) => twistedEquilibriumPropagation({ nudge, settle }),
          order: 2,
          most: 2e-5,
        }),
    },
    {
      item: "the same network by the vector-field rule",
      published: ".41",
      note: "Symmetric weights do not make the Jacobian of a rate network symmetric: a trap.",
      measure: () =>
        flatError({
          subjects: [rateSubject("symmetric")],
          nudges: NUDGES.slice(1),
          makeRule: (nudge) => vectorFieldRule({ nudge, settle }),
          least: 0.1,
          spread: 0.1,
        }),
    },
    {
      item: `reciprocity probes, one per unit (n = ${UNITS})`,
      published: "2e-9",
      note: "The source does not give the strength of its probe; the error is of second order in it.",
      measure: () =>
        powerLaw({
          subjects: [rateSubject("independent")],
          nudges: NUDGES,
          makeRule: (nudge) => reciprocityProbes({ nudge, settle }),
          order: 2,
          most: 1e-6,
        }),
    },
    {
      item: "random probes: squared error over (n - 1) |lambda - q|^2 / m",
      published: "within 2 %",
      note: "Bounds of the random probes are four standard deviations of a mean over so many draws.",
      measure: measureVariance,
    },
  ],
};
