import type { TaskData } from "../../learning/rule.js";
import { learningTask } from "../../learning/task.js";
import { energySystem } from "../../systems/energy-system.js";
import { forceSystem } from "../../systems/force-system.js";
import { skewGradientSystem } from "../../systems/skew-gradient-system.js";

/** Fixed numbers between -scale and scale. */
export const wave = (count: number, phase: number, scale = 0.7): Float64Array =>
  Float64Array.from({ length: count }, (_, k) => scale * Math.sin(phase + 1.7 * k));

const network = energySystem({
  name: "six units",
  state: { hidden: [4], output: [2] },
  parameters: { W: [2, 4], V: [4, 3], b: [4] },
  input: { x: [3] },
  energy: "sum(hidden^2)/2 + sum(output^2)/2 - dot(tanh(output), W @ tanh(hidden)) - dot(V @ x + b, tanh(hidden))",
});

/** An energy under a cost that depends on a parameter and an input directly. */
export const sixUnits = learningTask(network, {
  target: { y: [2] },
  cost: { final: "sum((output - y)^2)/2 + 0.05*sum(W^2) + 0.1*dot(V @ x, hidden)" },
});

/** Data for {@link sixUnits}: a batch, or one example without a leading axis. */
export const sixUnitsData = (
  examples = 1,
): TaskData<{ state: "hidden" | "output"; parameters: "W" | "V" | "b"; input: "x"; defaults: never }, "y"> => ({
  parameters: { W: wave(8, 1), V: wave(12, 2), b: wave(4, 3) },
  input: { x: wave(3 * examples, 4) },
  target: { y: wave(2 * examples, 5) },
});

/** A rate network with independent weights in both directions: its force has no energy. */
export const rateTask = learningTask(
  forceSystem({
    name: "rate network",
    state: { r: [4] },
    parameters: { W: [4, 4], b: [4] },
    input: { x: [4] },
    force: { r: "-r + W @ tanh(r) + b + x" },
  }),
  { target: { y: [4] }, cost: { final: "sum((r - y)^2)/2 + 0.05*sum(W^2) + 0.1*dot(x, r)" } },
);

/** Activators and inhibitors, with time constants and a cost on both. */
export const skewTask = learningTask(
  skewGradientSystem({
    name: "activators and inhibitors",
    activators: { u: [3] },
    inhibitors: { v: [2] },
    parameters: { G: [2, 3], c: [3], slow: [2] },
    input: { x: [2] },
    timeConstants: { v: "slow" },
    potential: "sum(u^2)/2 + sum(u^4)/8 - sum(v^2)/2 + dot(v, G @ tanh(u)) - dot(c, u) - dot(x, v)",
  }),
  { target: { y: [3] }, cost: { final: "sum((u - y)^2)/2 + sum(v^2)/4 + 0.1*sum(c^2)" } },
);

/** A Hopfield force with independent weights: the leak and the drives have an energy, the couplings have none. */
export const hopfieldTask = learningTask(
  forceSystem({
    name: "Hopfield force",
    state: { h: [3] },
    parameters: { W: [3, 3], b: [3] },
    input: { x: [3] },
    energy: "sum(h^2)/2 - dot(b + x, tanh(h))",
    force: { h: "(1 - tanh(h)^2)*(W @ tanh(h))" },
  }),
  { target: { y: [3] }, cost: { final: "sum((h - y)^2)/2 + 0.05*sum(W^2)" } },
);

/** A rate network with the same weight in both directions: its Jacobian is symmetric in the metric of the slopes only. */
export const symmetricRateTask = learningTask(
  forceSystem({
    name: "symmetric rate network",
    state: { r: [3] },
    parameters: { W: [3, 3], b: [3] },
    input: { x: [3] },
    force: { r: "-r + ((W + transpose(W))/2) @ tanh(r) + b + x" },
    twist: { r: "1 - tanh(r)^2" },
  }),
  { target: { y: [3] }, cost: { final: "sum((r - y)^2)/2 + 0.1*dot(b, r)" } },
);

/** Potentials that run down the energy of their rates. */
export const potentialTask = learningTask(
  energySystem({
    name: "potentials and rates",
    state: { u: [3] },
    parameters: { W: [3, 3], b: [3] },
    input: { x: [3] },
    rates: { u: "tanh(u)" },
    energy: "dot(tanh(u), u) - sum(logcosh(u)) - dot(tanh(u), W @ tanh(u))/2 - dot(b + x, tanh(u))",
  }),
  { target: { y: [3] }, cost: { final: "sum((tanh(u) - y)^2)/2 + 0.05*sum(W^2)" } },
);
