// Three bodies in each other's gravitation. They may follow each other along a figure eight (three-body-eight.svg), and go on so
// when pushed a little; the same bodies on a ring that turns are soon torn apart (three-body-stability.svg).
import { energyDrift, leapfrog, nBody, simulate, trace } from "eqprop";
import { lineChart, phasePortrait, saveFigure } from "eqprop/plots";

const eight = nBody();
const period = eight.period!;
const integrator = leapfrog({ step: period / 3000 });
const third = simulate(eight.system, { integrator, initial: eight.initial, steps: 1000 });
const paths = phasePortrait({
  title: "Three bodies on one path",
  subtitle: "a third of the period each; the next third is that of the body ahead",
  x: { label: "x" },
  y: { label: "y" },
  trajectories: [0, 1, 2].map((body) => {
    return { name: `body ${body + 1}`, x: trace(third, `q[${body}, 0]`), y: trace(third, `q[${body}, 1]`) };
  }),
  equalAspect: true,
  height: 420,
});
await saveFigure(paths, "output/three-body-eight.svg");

const orbits = { "figure eight": eight, ring: nBody({ orbit: "ring" }) };
const series = Object.entries(orbits).map(([name, { system, initial }]) => {
  const [one, other] = [0, 1e-8].map((push) => {
    const q = Array.from(initial.q as Float64Array, (value, k) => (k === 0 ? value + push : value));
    return simulate(system, { integrator, initial: { q, p: initial.p }, steps: 60_000, save: { every: 100 } });
  }) as [typeof third, typeof third];
  const y = Array.from(one.times, (_, row) => {
    const difference = (k: number) => one.states.q.data[row * 6 + k]! - other.states.q.data[row * 6 + k]!;
    return Math.hypot(...[0, 1, 2, 3, 4, 5].map(difference));
  });
  const drift = energyDrift(one).maximum.toExponential(0);
  console.log(`${name}: pushed 1e-8 aside, ${y.at(-1)!.toExponential(0)} after 20 periods; energy kept to ${drift}`);
  return { name, x: one.times.map((time) => time / period), y };
});
const stability = lineChart({
  title: "The figure eight holds, the ring does not",
  subtitle: "two runs that start 1e-8 apart",
  x: { label: "time (periods of the figure eight)" },
  y: { label: "distance of the two runs", scale: "log" },
  series,
});
await saveFigure(stability, "output/three-body-stability.svg");
