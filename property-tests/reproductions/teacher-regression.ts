import { RandomStream } from "../../core/random.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { predict } from "../../learning/predict.js";
import type { LearningRule } from "../../learning/rule.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import {
  type Measurement,
  near,
  type ReproducedItem,
  type Reproduction,
  type ReproductionOptions,
} from "./reproduction.js";
import { transposed, twoLayerTask } from "./two-layer-task.js";

const SIZES = [6, 24, 3] as const;
const LEARNING_RATE = 0.3;
/** What is published, and what shows the same in a few seconds. */
const FULL = { samples: 120, steps: 400, seeds: 5 };
const QUICK = { samples: 30, steps: 120, seeds: 1 };
const FIGURE = "Teacher regression from random feedback";

type Feedback = "symmetric" | "random" | "none";
type Parameters = Readonly<Record<"W1" | "W2" | "B" | "b1" | "b2", Float64Array>>;

const TASK = twoLayerTask(SIZES);
const settle = gradientFlow({ tolerance: 1e-6, iterations: 5000 });
const options = { settle, inputGradient: false };
const RULES: Readonly<Record<string, LearningRule>> = {
  "exact adjoint": dyadicEquilibriumPropagation({ nudge: 1, ...options }),
  AsymEP: asymmetricEquilibriumPropagation({ nudge: 0.1, ...options }),
  "vector field": vectorFieldRule({ nudge: 0.1, ...options }),
};

/** Inputs, the answers of a feedforward teacher to them, and a student with its feedback. */
function draw(feedback: Feedback, samples: number, seed: number) {
  const [inputs, hidden, outputs] = SIZES;
  const random = new RandomStream(seed);
  const normal = (count: number, fanIn: number) =>
    Float64Array.from({ length: count }, () => random.nextNormal() / Math.sqrt(fanIn));
  const weights = () => ({ W1: normal(hidden * inputs, inputs), W2: normal(outputs * hidden, hidden) });
  const input = { x: normal(samples * inputs, 1), push: 0 };
  const answers = predict(TASK, { parameters: { ...weights(), B: 0 }, input, settle });
  const { W1, W2 } = weights();
  const back: Readonly<Record<Feedback, Float64Array>> = {
    symmetric: transposed(W2, outputs),
    random: normal(hidden * outputs, hidden),
    none: new Float64Array(hidden * outputs),
  };
  const student: Parameters = {
    W1,
    W2,
    B: back[feedback],
    b1: new Float64Array(hidden),
    b2: new Float64Array(outputs),
  };
  return { input, target: { y: answers.state.o.data }, student };
}

/** Gradient descent on all samples; the loss before each step. Without feedback there is none to learn. */
function descend(
  rule: LearningRule,
  feedback: Feedback,
  { samples, steps }: typeof FULL,
  seed: number,
): { readonly losses: number[]; readonly settled: boolean } {
  const { input, target, student } = draw(feedback, samples, seed);
  const parameters = Object.fromEntries(Object.entries(student).map(([name, values]) => [name, values.slice()]));
  const learned = Object.keys(parameters).filter((name) => feedback !== "none" || name !== "B");
  let guess = {};
  let settled = true;
  const losses = Array.from({ length: steps }, () => {
    const result = rule.gradient(TASK, { parameters: parameters as Parameters, input, target, guess });
    const { cost, gradient, state, phases } = result;
    guess = { h: state.h.data, o: state.o.data };
    settled &&= phases.every(({ converged }) => converged);
    for (const name of learned) {
      const slope = gradient[name as keyof typeof gradient].data;
      const values = parameters[name] as Float64Array;
      for (let k = 0; k < values.length; k++) values[k] = (values[k] as number) - LEARNING_RATE * (slope[k] as number);
    }
    return cost;
  });
  return { losses, settled };
}

function measureLearning(feedback: Feedback, leastWorse: number, { full = false }: ReproductionOptions): Measurement {
  const size = full ? FULL : QUICK;
  const runs = Object.entries(RULES).map(([name, rule]) => {
    const learned = Array.from({ length: size.seeds }, (_, seed) => descend(rule, feedback, size, seed));
    const mean = (of: (losses: number[]) => number): number =>
      learned.reduce((sum, { losses }) => sum + of(losses), 0) / size.seeds;
    return {
      name,
      first: mean((losses) => losses[0] as number),
      last: mean((losses) => losses.at(-1) as number),
      unsettled: learned.filter(({ settled }) => !settled).length,
      curve: learned[0]?.losses as number[],
    };
  });
  const [exact, asymmetric, plain] = runs as [(typeof runs)[0], (typeof runs)[0], (typeof runs)[0]];
  return {
    summary: `${runs.map(({ last }) => last.toFixed(4)).join(" / ")} after ${size.steps} steps on ${size.samples} samples, ${size.seeds} seed${size.seeds > 1 ? "s" : ""}`,
    quantities: [
      near("final loss, AsymEP over exact", asymmetric.last / exact.last, 1, 0.05),
      { name: "final loss, vector field over exact", value: plain.last / exact.last, least: leastWorse },
      { name: "final over first loss, exact", value: exact.last / exact.first, most: 0.1 },
      { name: "runs with unsettled phases", value: Math.max(...runs.map(({ unsettled }) => unsettled)), most: 0 },
    ],
    ...(feedback !== "random"
      ? {}
      : { curves: runs.map(({ name, curve }) => ({ figure: FIGURE, name, x: curve.map((_, k) => k), y: curve })) }),
  };
}

const regression = (feedback: Feedback, title: string, published: string, leastWorse: number): ReproducedItem => ({
  item: `teacher regression ${SIZES.join("-")}, ${title}: final loss, exact adjoint / AsymEP / vector field`,
  published,
  note: "In quality: the source's teacher is not given. Dyadic EP at nudge 1 computes the exact adjoint. Fewer samples, steps and seeds unless asked for full size.",
  measure: (size) => measureLearning(feedback, leastWorse, size),
});

/** Learning with untied weights: the right gradient against the vector-field rule's. */
export const teacherRegression: Reproduction = {
  name: "teacher-regression",
  title: "Learning a teacher with untied feedback",
  source: "notes on Scurria et al. 2026 (arXiv 2602.03670), section 1.6",
  figures: [
    {
      title: FIGURE,
      subtitle: `${SIZES.join("-")}, learning rate ${LEARNING_RATE}, all weights and feedback learned`,
      x: { label: "step" },
      y: { label: "loss", scale: "log" },
    },
  ],
  items: [
    regression("symmetric", "symmetric initial feedback", ".0122 / .0121 / .0162", 1.05),
    regression("random", "random feedback", ".0143 / .0142 / .0196", 1.2),
    regression("none", "no feedback (feedforward)", ".0163 / .0162 / .0368", 1.2),
  ],
};
