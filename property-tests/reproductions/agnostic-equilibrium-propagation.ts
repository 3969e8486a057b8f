import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { RandomStream } from "../../core/random.js";
import { newton } from "../../integrators/solvers/newton.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { settledState } from "../measures/settled-state.js";
import { errorList, type Measurement, near, type Reproduction } from "./reproduction.js";

const UNITS = 4;
const FIGURE = "Agnostic equilibrium propagation: error against epsilon = nudge";
const STRENGTHS = [1e-1, 1e-2, 1e-3];
const ENERGY = "sum(s^2)/2 - dot(tanh(s), W @ tanh(s))/2 - dot(b, tanh(s))";
const COST = "sum((s - y)^2)/2";
const PARAMETERS = ["W", "b"] as const;
type Arrays = Readonly<Record<string, Float64Array>>;

const network = energySystem({
  name: "four units",
  state: { s: [UNITS] },
  parameters: { W: [UNITS, UNITS], b: [UNITS], y: [UNITS], nudge: [] },
  energy: `${ENERGY} + nudge*${COST}`,
});
const learner = learningTask(
  energySystem({
    name: "four units",
    state: { s: [UNITS] },
    parameters: { W: [UNITS, UNITS], b: [UNITS] },
    energy: ENERGY,
  }),
  { target: { y: [UNITS] }, cost: { final: COST } },
);

/** The network whose parameters move too, held at knobs K and k by springs of strength 1 / epsilon. */
const yielding = energySystem({
  name: "four units and their parameters",
  state: { s: [UNITS], W: [UNITS, UNITS], b: [UNITS] },
  parameters: { K: [UNITS, UNITS], k: [UNITS], y: [UNITS], nudge: [], epsilon: [] },
  energy: `${ENERGY} + nudge*${COST} + (sum((W - K)^2) + sum((b - k)^2))/(2*epsilon)`,
});

/**
 * One step of agnostic equilibrium propagation. With the cost pushed up by the nudge, knobs are set so that the parameters stay
 * where they are: k = theta_0 + epsilon dE/dtheta. With the cost then pushed down and the knobs fixed, the parameters move by
 * -2 epsilon nudge times the gradient, to first order. Nothing of the energy is known to it.
 */
function agnosticGradient(values: Arrays, nudge: number, epsilon: number): Arrays {
  const [W, b] = PARAMETERS.map((name) => values[name]) as [Float64Array, Float64Array];
  const first = settledState(network, carefulSolver(), { ...values, nudge: -nudge });
  const symbols = network.parameters.filter(({ name }) => name === "W" || name === "b").map((block) => block.symbol);
  const slopes = evaluate(gradient(network.scalar as Expression, symbols), first);
  const [K, k] = [W, b].map((theta, block) =>
    theta.map((value, at) => value + epsilon * (slopes[block]?.[at] as number)),
  );
  const start = { s: first.s as Float64Array, W, b, y: values.y as Float64Array };
  const moved = settledState(yielding, newton(), {
    ...start,
    K: K as Float64Array,
    k: k as Float64Array,
    nudge,
    epsilon,
  });
  return Object.fromEntries(
    PARAMETERS.map((name) => {
      const [before, after] = [values[name], moved[name]] as [Float64Array, Float64Array];
      return [name, before.map((value, at) => (value - (after[at] as number)) / (2 * epsilon * nudge))];
    }),
  );
}

function measureErrors(): Measurement {
  const random = new RandomStream(5);
  const draw = (count: number, scale: number) =>
    Float64Array.from({ length: count }, () => scale * random.nextNormal());
  const values = { W: draw(UNITS * UNITS, 0.3), b: draw(UNITS, 0.5), y: draw(UNITS, 0.7) };
  const { W, b, y } = values;
  const exact = implicitDifferentiation({ settle: carefulSolver() }).gradient(learner, {
    parameters: { W, b },
    target: { y },
  });
  const flat = (of: (name: (typeof PARAMETERS)[number]) => Float64Array | undefined): number[] =>
    PARAMETERS.flatMap((name) => [...(of(name) as Float64Array)]);
  const expected = flat((name) => exact.gradient[name].data);
  const errors = STRENGTHS.map((strength) => {
    const found = agnosticGradient(values, strength, strength);
    return (
      Math.hypot(...flat((name) => found[name]).map((value, k) => value - (expected[k] as number))) /
      Math.hypot(...expected)
    );
  });
  const [large, small] = errors.slice(-2) as [number, number];
  return {
    summary: errorList(errors),
    quantities: [
      near("decades per decade, from 1e-2 to 1e-3", Math.log10(large / small), 1, 0.1),
      { name: "error at 1e-3", value: small, most: 3e-3 },
    ],
    curves: [{ figure: FIGURE, name: "agnostic EP", x: STRENGTHS, y: errors }],
  };
}

/** Equilibrium propagation without knowledge of the energy. */
export const agnosticEquilibriumPropagation: Reproduction = {
  name: "agnostic-equilibrium-propagation",
  title: "Agnostic equilibrium propagation",
  source:
    "Scellier, Mishra, Bengio & Ollivier 2022 (arXiv 2205.15021); numbers of the notes on Scurria et al. 2026, section 4",
  figures: [
    {
      title: FIGURE,
      x: { label: "epsilon = nudge", scale: "log" },
      y: { label: "error", scale: "log" },
      slopes: [{ slope: 1, through: [1e-2, 5e-3], over: [1e-3, 1e-1] }],
    },
  ],
  items: [
    {
      item: "Aeqprop, epsilon = nudge = 1e-1, 1e-2, 1e-3",
      published: "2e-4 at 1e-3 (first order)",
      measure: measureErrors,
    },
  ],
};
