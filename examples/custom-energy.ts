// Six units with an energy of one's own. Their gradient by equilibrium propagation is the true one: its error falls as the
// nudge or its square (custom-energy-gradient.svg). With it they learn to add three bits (custom-energy-training.svg).
import {
  adam,
  energySystem,
  equilibriumPropagation,
  gradientFlow,
  initialParameters,
  learningTask,
  newton,
  predict,
  train,
} from "eqprop";
import { lineChart, saveFigure } from "eqprop/plots";
import { measureExactness } from "eqprop/property-tests";

const network = energySystem({
  name: "six units",
  state: { hidden: [4], output: [2] },
  parameters: { W: [2, 4], V: [4, 3], b: [4] },
  input: { x: [3] },
  energy: "sum(hidden^2)/2 + sum(output^2)/2 - dot(tanh(output), W @ tanh(hidden)) - dot(V @ x + b, tanh(hidden))",
});
const task = learningTask(network, { target: { y: [2] }, cost: { final: "sum((output - y)^2)/2" } });
const bits = (rows: string) => [...rows.replaceAll(" ", "")].map((bit) => Number(bit) - 0.5);
const data = { input: { x: bits("000 001 010 011 100 101 110 111") }, target: { y: bits("00 01 01 10 01 10 10 11") } };
const parameters = initialParameters(network, { seed: 2 });
const settle = newton({ after: gradientFlow() });

const series = (["one-sided", "centred"] as const).map((nudging) => {
  const makeRule = (nudge: number) => equilibriumPropagation({ nudge, nudging, settle });
  const { nudges, errors, slope, best } = measureExactness({ task, makeRule, data: { parameters, ...data } });
  console.log(`${nudging}: the error falls as nudge^${slope?.toFixed(2)}, down to ${best.error.toExponential(0)}`);
  return { name: `${nudging} nudging`, x: nudges, y: errors };
});
const errors = lineChart({
  title: "The gradient of equilibrium propagation is exact as the nudge goes to zero",
  x: { label: "nudge", scale: "log" },
  y: { label: "relative error of the gradient, against implicit differentiation", scale: "log" },
  series,
  references: [1, 2].map((slope) => ({ slope, through: [1e-3, 5e-4 ** slope], over: [1e-4, 1e-1] })),
});
await saveFigure(errors, "output/custom-energy-gradient.svg");

const rule = equilibriumPropagation({ nudge: 0.01, settle });
const optimiser = adam({ learningRate: 0.05 });
const training = await train({ task, rule, optimiser, parameters, data, batch: 8, epochs: 200 });
const { output } = predict(task, { parameters: training.parameters, input: data.input, settle }).state;
const right = output.data.filter((level, k) => level * data.target.y[k]! > 0).length;
console.log(`${right} of 16 bits right, cost ${training.history.at(-1)!.cost.toExponential(0)}`);
const costs = lineChart({
  title: "Six units learn to add three bits",
  x: { label: "epoch" },
  y: { label: "mean cost", scale: "log" },
  series: [{ x: training.history.map(({ epoch }) => epoch), y: training.history.map(({ cost }) => cost) }],
});
await saveFigure(costs, "output/custom-energy-training.svg");
