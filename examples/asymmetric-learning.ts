// A layered network whose feedback weights are its own, not the transpose of the forward ones, learns digits. Asymmetric and
// dyadic equilibrium propagation find the true gradient of such a force; the vector-field rule does not, least of all for the
// hidden layer (asymmetric-learning.svg). After Scurria et al. 2026, figure 1.
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
const { system, parameters } = asymmetricLayeredHopfieldNetwork({
  layers: [digits.train.rows * digits.train.columns, 48, 10],
  seed: 3,
});
const task = learningTask(system, { target: { y: [10] }, cost: { final: "sum((output - y)^2)/2" } });
const data = { input: { x: imageExamples(digits.train) }, target: { y: oneHot(digits.train.labels, 10) } };
const settle = gradientFlow({ step: 0.3, tolerance: 1e-3, iterations: 100 });
const test = { input: { x: imageExamples(digits.test) }, settle, batch: 100 };

const rules = {
  "asymmetric equilibrium propagation": asymmetricEquilibriumPropagation({ nudge: 0.05, settle, inputGradient: false }),
  "dyadic equilibrium propagation": dyadicEquilibriumPropagation({ nudge: 0.05, settle, inputGradient: false }),
  "vector-field rule": vectorFieldRule({ nudge: 0.05, settle, inputGradient: false }),
};
const series = [];
for (const [name, rule] of Object.entries(rules)) {
  const optimiser = adam({ learningRate: 1e-3 });
  const { history } = await train({
    task,
    rule,
    optimiser,
    parameters,
    data,
    batch: 20,
    epochs: 6,
    seed: 5,
    validate: (learned) => ({
      accuracy: classificationAccuracy(
        predict(task, { parameters: learned, ...test }).state.output,
        digits.test.labels,
      ),
    }),
  });
  console.log(`${name}: ${(100 * history.at(-1)!.validation!.accuracy!).toFixed(1)} % of the test digits`);
  series.push({
    name,
    x: history.map(({ epoch }) => epoch),
    y: history.map(({ validation }) => 100 * validation!.accuracy!),
  });
}
const accuracies = lineChart({
  title: "Feedback of its own: a network of 784-48-10 units learns digits",
  x: { label: "epoch" },
  y: { label: "test digits classified rightly, %" },
  series,
});
await saveFigure(accuracies, "output/asymmetric-learning.svg");
