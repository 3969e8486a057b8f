// Two hundred units whose weights differ in either direction: weak weights contract, so that every start comes to one state,
// strong ones are chaotic (asymmetric-network-distance.svg) and the activity never settles (asymmetric-network-activity.svg).
import { rateNetwork, rungeKutta4, simulate } from "eqprop";
import { heatmap, lineChart, saveFigure } from "eqprop/plots";

const units = 200;

/** Activity from the example's start, or from a millionth beside it. */
function run(gain: number, beside = 0) {
  const { system, parameters, initial } = rateNetwork({ units, gain });
  const x = Array.from(initial.x as Float64Array, (value) => value + beside);
  const options = { integrator: rungeKutta4({ step: 0.05 }), until: 40, save: { every: 4 } };
  return simulate(system, { ...options, parameters, input: { u: 0 }, initial: { x } });
}

const series = [0.4, 0.8, 4].map((gain) => {
  const [first, second] = [run(gain), run(gain, 1e-6)];
  const y = Array.from(first.times, (_, k) => {
    const [one, other] = [first, second].map(({ states }) => states.x.data.subarray(k * units, (k + 1) * units));
    return Math.hypot(...one!.map((value, i) => value - other![i]!));
  });
  console.log(`gain ${gain}: after 40 units of time ${(y.at(-1)! / y[0]!).toExponential(0)} times as far apart`);
  return { name: `gain ${gain}`, x: first.times, y };
});
const distances = lineChart({
  title: "Weak weights contract, strong ones are chaotic",
  subtitle: "a rate network of 200 units with independent normal weights, started twice, a millionth apart",
  x: { label: "time" },
  y: { label: "distance of the two states", scale: "log" },
  series,
});
await saveFigure(distances, "output/asymmetric-network-distance.svg");

const { times, states } = run(4);
const shown = { rows: 40, columns: times.length };
const values = Float64Array.from({ length: shown.rows * shown.columns }, (_, cell) => {
  return Math.tanh(states.x.data[(cell % times.length) * units + Math.floor(cell / times.length)]!);
});
const activity = heatmap({
  title: "Strong weights: no unit ever settles",
  subtitle: "40 of 200 units, gain 4",
  x: { label: "time", domain: [0, 40] },
  y: { label: "unit" },
  value: { label: "rate", domain: [-1, 1] },
  ...{ ...shown, values },
});
await saveFigure(activity, "output/asymmetric-network-activity.svg");
