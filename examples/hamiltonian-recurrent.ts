// Two layers of oscillators with a gate between them learn, by their echoes, to tell the pitch of waves in noise louder than
// they are. Where only their readout learns, they stay behind (hamiltonian-recurrent.svg).
import {
  adam,
  classificationAccuracy,
  hamiltonianRecurrentUnit,
  hamiltonianStack,
  initialParameters,
  layerwiseHamiltonianEcho,
  leapfrog,
  oneHot,
  overSeries,
  RandomStream,
  train,
} from "eqprop";
import { lineChart, saveFigure } from "eqprop/plots";

const low = hamiltonianRecurrentUnit({ units: 12, inputs: 1, nonlinearity: "linear", seed: 1 });
const high = hamiltonianRecurrentUnit({ units: 8, inputs: 8, nonlinearity: "log-cosh" });
const stack = hamiltonianStack({
  ...{ name: "pitch", integrator: leapfrog({ step: 1, first: "drift" }), steps: 50, input: { x: [1] } },
  layers: {
    low: { system: low.system, input: { u: "x" } },
    gate: { parameters: { W: [8, 12], V: [8, 12] }, value: "(W @ low_phi) * sigmoid(V @ low_phi)" },
    high: { system: high.system, input: { u: "gate" } },
    score: { parameters: { C: [4, 8], D: [4, 8] }, mean: "C @ high_phi + D @ gate" },
  },
  ...{ target: { label: [4] }, cost: { final: "log(sum(exp(score))) - dot(label, score)" } },
});
const { task, rule, predict } = overSeries(stack, layerwiseHamiltonianEcho({ nudge: 0.01 }), ["x"]);

function listen(count: number, random: RandomStream) {
  const pitch = Array.from({ length: count }, (_, k) => k % 4);
  const wave = (p: number, phase = 2 * Math.PI * random.nextUniform()) =>
    Array.from({ length: 50 }, (_, k) => Math.sin((0.3 + 0.1 * p) * k + phase) + 1.2 * random.nextNormal());
  return { pitch, input: { x: pitch.flatMap((p) => wave(p)) } };
}
const [known, unknown] = [listen(360, new RandomStream(1)), listen(300, new RandomStream(2))];
const start = { ...initialParameters(stack.system, { seed: 4 }), low_stiffness: low.parameters.stiffness };
const right = (parameters: typeof start) =>
  classificationAccuracy(predict({ parameters, input: unknown.input }).score, unknown.pitch);
const names = stack.system.parameters.map(({ name }) => name) as (keyof typeof start)[];
const series = [];
for (const [k, name] of ["all layers learn", "only the readout learns"].entries()) {
  const { history } = await train({
    ...{ task, rule, optimiser: adam({ learningRate: 0.02 }), parameters: start, batch: 24, epochs: 8 },
    ...{ train: k === 0 ? names : ["score_C", "score_D"], validate: (now: typeof start) => ({ right: right(now) }) },
    data: { input: known.input, target: { label: oneHot(known.pitch, 4) } },
  });
  const y = history.map(({ validation }) => validation!.right!);
  console.log(`${name}: ${(100 * y.at(-1)!).toFixed(0)} % of unknown waves told right`);
  series.push({ name, x: y.map((_, epoch) => epoch + 1), y });
}
const figure = lineChart({
  ...{ title: "Oscillators learn to tell four pitches", subtitle: "300 unknown waves; dashed: chance" },
  ...{ x: { label: "epoch" }, y: { label: "part told right", domain: [0, 1] }, series, references: [{ y: 0.25 }] },
});
await saveFigure(figure, "output/hamiltonian-recurrent.svg");
