// Ten thousand particles in a double well, all released on the left, hop over the barrier by thermal noise
// (langevin-spreading.svg) until their positions follow the Boltzmann density (langevin-double-well.svg).
import { baoab, eulerMaruyama, hamiltonianSystem, simulate } from "eqprop";
import { heatmap, histogram, saveFigure } from "eqprop/plots";

const temperature = 0.4;
const potential = (x: number) => (x ** 2 - 1) ** 2;
const well = hamiltonianSystem({
  name: "double well",
  coordinates: { x: [] },
  momenta: { p: [] },
  hamiltonian: "p^2/2 + (x^2 - 1)^2",
});
const count = 10_000;
console.time("sim");
const run = simulate(well, {
  integrator: baoab({ step: 0.1, temperature, friction: 1 }),
  initial: { x: -1, p: 0 },
  trajectories: count,
  until: 60,
  seed: 1,
  save: { every: 2, map: { x: "x" } },
});
console.timeEnd("sim");
const grid = Array.from({ length: 2001 }, (_, k) => -2.5 + k / 400);
const weights = grid.map((x) => Math.exp(-potential(x) / temperature));
const partition = weights.reduce((a, b) => a + b) / 400;
const exact = grid.reduce((sum, x, k) => sum + x ** 2 * weights[k]!, 0) / 400 / partition;
const { x } = run.final;
const squares = x.data.map((value) => value ** 2);
const mean = squares.reduce((a, b) => a + b) / count;
const error = Math.sqrt(squares.reduce((a, b) => a + (b - mean) ** 2, 0)) / count;
console.log(`<x^2> = ${mean} +- ${error}, exact ${exact}`);
await saveFigure(histogram({ title: "t", x: { label: "x", domain: [-2.2, 2.2] }, samples: x.data.filter(x => Math.abs(x)< 2.2), density: { name: "Boltzmann", value: (x) => Math.exp(-potential(x) / temperature) / partition } }), "output/langevin-double-well.svg");
const rows = 88;
const columns = run.times.length;
const counts = new Float64Array(rows * columns);
run.states.x.data.forEach((x, k) => {
  const row = Math.floor(((x + 2.2) / 4.4) * rows);
  if (row >= 0 && row < rows) counts[row * columns + Math.floor(k / count)]! += rows / 4.4 / count;
});
await saveFigure(heatmap({ title: "t", x: { label: "time", domain: [0, 60] }, y: { label: "x", domain: [-2.2, 2.2] }, rows, columns, values: counts, value: { label: "probability density", domain: [0, 0.8] } }), "output/langevin-spreading.svg");
