// A network with feedback weights of its own learns digits (asymmetric-learning.svg): asymmetric and dyadic equilibrium
// propagation find the true gradient of such a force, the vector-field rule does not. After Scurria et al. 2026, figure 1.
import {
  adam,
  asymmetricEquilibriumPropagation,
  asymmetricLayeredHopfieldNetwork,
  classificationAccuracy,
  dyadicEquilibriumPropagation,
  gradientFlow,
  imageExamples,
  learningTask,
  oneHot,
  predict,
  train,
  vectorFieldRule,
} from "eqprop";
import { generateDigits } from "eqprop/data";
import { lineChart, saveFigure } from "eqprop/plots";

const digits = generateDigits({ train: 2000, test: 500, seed: 1 });
const { system, parameters } = asymmetricLayeredHopfieldNetwork({ layers: [28 * 28, 48, 10], seed: 3 });
const task = learningTask(system, { target: { y: [10] }, cost: { final: "sum((output - y)^2)/2" } });
const data = { input: { x: imageExamples(digits.train) }, target: { y: oneHot(digits.train.labels, 10) } };
const settle = gradientFlow({ step: 0.3, tolerance: 1e-3, iterations: 100 });
const test = { input: { x: imageExamples(digits.test) }, settle, batch: 100 };
const validate = (learned: typeof parameters) => {
  const { output } = predict(task, { parameters: learned, ...test }).state;
  return { right: 100 * classificationAccuracy(output, digits.test.labels) };
};

const options = { nudge: 0.05, settle, inputGradient: false };
const series = [];
for (const make of [asymmetricEquilibriumPropagation, dyadicEquilibriumPropagation, vectorFieldRule]) {
  const rule = make(options);
  const training = { task, rule, parameters, data, batch: 20, epochs: 6, seed: 5, validate };
  const { history } = await train({ ...training, optimiser: adam({ learningRate: 1e-3 }) });
  console.log(`${rule.name}: ${history.at(-1)!.validation!.right!.toFixed(1)} % of the test digits`);
  const y = history.map(({ validation }) => validation!.right!);
  series.push({ name: rule.name, x: history.map(({ epoch }) => epoch), y });
}
const title = "Feedback of its own: a network of 784-48-10 units learns digits";
const chart = lineChart({ title, x: { label: "epoch" }, y: { label: "test digits classified rightly, %" }, series });
await saveFigure(chart, "output/asymmetric-learning.svg");
