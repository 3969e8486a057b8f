// Predators and prey: populations go round on the level lines of an invariant (predator-prey-orbits.svg), until the prey is
// limited by its own number and both settle where the formula says (predator-prey-coexistence.svg).
import { invariantDrift, predatorPrey, rungeKutta4, selfLimitedPredatorPrey, simulate } from "eqprop";
import { lineChart, phasePortrait, saveFigure } from "eqprop/plots";

const { system } = predatorPrey();
const integrator = rungeKutta4({ step: 0.01 });
const runs = [1.5, 2.2, 3, 4].map((prey) => {
  const run = simulate(system, { integrator, initial: { prey, predators: 1 }, until: 9 });
  return { prey, ...run, drift: invariantDrift(run, "orbit").maximum };
});
console.log(
  `largest relative change of the invariant: ${Math.max(...runs.map(({ drift }) => drift)).toExponential(0)}`,
);
const orbits = phasePortrait({
  title: "Predators follow the prey, round after round",
  x: { label: "prey", domain: [0, 4.6] },
  y: { label: "predators", domain: [0, 4.6] },
  trajectories: runs.map(({ prey, states }) => {
    return { name: `from ${prey} prey`, x: states.prey.data, y: states.predators.data };
  }),
  contours: { name: "invariant", value: (x, y) => x - Math.log(x * y) + y, levels: [2.03, 2.25, 2.65, 3.2, 4] },
  equilibria: [{ x: 1, y: 1, stable: true }],
  height: 560,
});
await saveFigure(orbits, "output/predator-prey-orbits.svg");

const limited = selfLimitedPredatorPrey();
const run = simulate(limited.system, { integrator, initial: limited.initial, until: 40 });
const names = ["prey", "predators"] as const;
// x = death / conversion, y = (growth - limitation x) / predation, with all of them 1 but the limitation 0.4.
const coexistence = { prey: 1, predators: 1 - 0.4 * 1 };
const ends = names.map((name) => `${run.final[name].data[0]!.toFixed(4)} ${name} (formula ${coexistence[name]})`);
console.log(`in the end ${ends.join(" and ")}`);
const settling = lineChart({
  title: "Prey limited by its own number settles beside its predators",
  x: { label: "time" },
  y: { label: "population" },
  series: names.map((name) => ({ name, x: run.times, y: run.states[name].data })),
  references: names.map((name) => ({ y: coexistence[name], name: `formula: ${coexistence[name]}` })),
});
await saveFigure(settling, "output/predator-prey-coexistence.svg");
