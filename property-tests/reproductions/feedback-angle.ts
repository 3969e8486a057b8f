import { RandomStream } from "../../core/random.js";
import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import { type MeasuredCurve, type Measurement, near, type Reproduction } from "./reproduction.js";
import { transposed, twoLayerTask } from "./two-layer-task.js";

const SIZES = [10, 20, 5] as const;
const NETWORKS = 50;
const ANGLES = [0, 22.5, 45, 67.5, 90, 180];
const PUBLISHED = {
  "all weights": [1, 0.962, 0.87, 0.748, 0.604, 0.26],
  "hidden part of lambda": [1, 0.911, 0.694, 0.376, -0.007, -1],
};
const FIGURE = "Vector-field rule: cosine with the gradient";
/** Means over 50 networks scatter by a few hundredths. */
const SCATTER = 0.05;

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b));
}

/** Weights, input and target of a network whose feedback makes an angle with the transposed forward weights. */
function dataAt(degrees: number, seed: number) {
  const [inputs, hidden, outputs] = SIZES;
  const random = new RandomStream(seed);
  const draw = (count: number, fanIn: number) =>
    Float64Array.from({ length: count }, () => random.nextNormal() / Math.sqrt(fanIn));
  const [W1, W2, other] = [
    draw(hidden * inputs, inputs),
    draw(outputs * hidden, hidden),
    draw(hidden * outputs, hidden),
  ];
  const angle = (degrees * Math.PI) / 180;
  const B = transposed(W2, outputs).map((w, k) => Math.cos(angle) * w + Math.sin(angle) * (other[k] as number));
  return { parameters: { W1, W2, B }, input: { x: draw(inputs, 1), push: 0 }, target: { y: draw(outputs, 1) } };
}

/** Mean cosines by angle: of the gradients for W1, W2 and B, and of the hidden parts of the adjoint states. */
function measureCosines(): Measurement {
  const task = twoLayerTask(SIZES);
  const settle = gradientFlow({ tolerance: 1e-9 });
  const exact = implicitDifferentiation({ settle });
  const plain = vectorFieldRule({ nudge: 1e-3, settle });
  const means = ANGLES.map((degrees) => {
    const cosines = Array.from({ length: NETWORKS }, (_, seed) => {
      const data = dataAt(degrees, seed);
      const [found, expected] = [plain, exact].map((rule) => {
        const { gradient, inputGradient } = rule.gradient(task, data);
        const weights = [gradient.W1, gradient.W2, gradient.B].flatMap(({ data: values }) => [...values]);
        return [weights, [...inputGradient.push.data]] as const;
      }) as [readonly [number[], number[]], readonly [number[], number[]]];
      return [cosine(found[0], expected[0]), cosine(found[1], expected[1])] as const;
    });
    return ([0, 1] as const).map((part) => cosines.reduce((sum, each) => sum + each[part], 0) / NETWORKS);
  });
  const rows = Object.entries(PUBLISHED).map(([name, published], part) => {
    return { name, published, values: means.map((each) => each[part] as number) };
  });
  return {
    summary: rows.map(({ name, values }) => `${name} ${values.map((value) => value.toFixed(3)).join(", ")}`).join("; "),
    quantities: rows.flatMap(({ name, published, values }) =>
      values.map((value, k) => {
        // At 0 and 180 degrees the Jacobian is symmetric, or its coupling turned round, so that scatter plays no part.
        const certain = Math.abs(published[k] as number) === 1;
        return near(`${name} at ${ANGLES[k]} degrees`, value, published[k] as number, certain ? 1e-3 : SCATTER);
      }),
    ),
    curves: rows.flatMap(({ name, published, values }): MeasuredCurve[] => [
      { figure: FIGURE, name, x: ANGLES, y: values },
      { figure: FIGURE, name: `${name}, published`, x: ANGLES, y: published, reference: true },
    ]),
  };
}

/** How the vector-field rule turns away from the gradient as feedback turns away from the forward weights. */
export const feedbackAngle: Reproduction = {
  name: "feedback-angle",
  title: "The vector-field rule under feedback that is not the transpose",
  source: "notes on Scurria et al. 2026 (arXiv 2602.03670), section 1.6",
  figures: [
    {
      title: FIGURE,
      subtitle: `layered ${SIZES.join("-")}, feedback cos(a) W' + sin(a) R, mean of ${NETWORKS} networks`,
      x: { label: "angle of the feedback in degrees" },
      y: { label: "cosine" },
    },
  ],
  items: [
    {
      item: `cosine of the vector-field gradient with the exact one, feedback at ${ANGLES.join(", ")} degrees`,
      published: Object.entries(PUBLISHED)
        .map(([name, values]) => `${name} ${values.map((value) => value.toFixed(3)).join(", ")}`)
        .join("; "),
      note: `Other random networks than the source's; bounds are ${SCATTER} about its values.`,
      measure: measureCosines,
    },
  ],
};
