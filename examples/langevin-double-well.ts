// Ten thousand particles in a double well, all let go on the left: heat carries them over the barrier (langevin-spreading.svg)
// until they follow the Boltzmann density (langevin-histogram.svg). Its <x^2> by BAOAB and by Euler-Maruyama.
import { baoab, energySystem, eulerMaruyama, hamiltonianSystem, scalarAt, simulate } from "eqprop";
import { heatmap, histogram, saveFigure } from "eqprop/plots";

const energy = "(x^2 - 1)^2";
const overdamped = energySystem({ name: "double well", state: { x: [] }, energy });
const inertial = hamiltonianSystem({
  name: "double well with inertia",
  coordinates: { x: [] },
  momenta: { p: [] },
  hamiltonian: `p^2/2 + ${energy}`,
});
const heat = { step: 0.05, temperature: 0.5 };
const options = { trajectories: 10_000, until: 60, save: { every: 4, keep: ["x"] } } as const;
const inert = simulate(inertial, { integrator: baoab({ ...heat, friction: 1 }), initial: { x: -1, p: 0 }, ...options });
const viscous = simulate(overdamped, { integrator: eulerMaruyama(heat), initial: { x: -1 }, ...options });

const weight = (x: number) => Math.exp(-scalarAt(overdamped, { state: { x } }) / heat.temperature);
const grid = Array.from({ length: 601 }, (_, k) => k / 100 - 3);
const partition = grid.reduce((sum, x) => sum + weight(x) / 100, 0);
const exact = grid.reduce((sum, x) => sum + (x ** 2 * weight(x)) / 100, 0) / partition;
for (const { integrator, states } of [inert, viscous]) {
  const late = states.x.data.subarray(states.x.data.length / 2);
  const measured = late.reduce((sum, x) => sum + x ** 2, 0) / late.length;
  console.log(`${integrator.name}: <x^2> = ${measured.toFixed(4)}, exact ${exact.toFixed(4)}`);
}
const end = histogram({
  title: "In the end the particles follow the Boltzmann density",
  x: { label: "position x", domain: [-2, 2] },
  samples: inert.final.x.data,
  density: { name: "Boltzmann density", value: (x) => weight(x) / partition },
});
await saveFigure(end, "output/langevin-histogram.svg");

const cells = { rows: 100, columns: inert.times.length, values: new Float64Array(100 * inert.times.length) };
inert.states.x.data.forEach((x, k) => {
  // A typed array ignores the few positions that lie outside it.
  cells.values[Math.floor(25 * (x + 2)) * cells.columns + Math.floor(k / 10_000)]! += 25 / 10_000;
});
const spreading = heatmap({
  title: "Ten thousand particles, let go in the left well, spread over both",
  x: { label: "time", domain: [0, 60] },
  y: { label: "position x", domain: [-2, 2] },
  value: { label: "probability density", domain: [0, 1] },
  ...cells,
});
await saveFigure(spreading, "output/langevin-spreading.svg");
