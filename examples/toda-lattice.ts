// Particles in a row that push each other away exponentially. Two solitons pass through each other, only shifted
// (toda-lattice-solitons.svg); let go, all fly apart, each with an eigenvalue of the Lax matrix (toda-lattice-momenta.svg).
import { invariantDrift, rungeKutta4, simulate, todaLattice, trace } from "eqprop";
import { heatmap, lineChart, saveFigure } from "eqprop/plots";

const integrator = rungeKutta4({ step: 0.02 });
const alone = todaLattice();
const round = simulate(alone.system, { integrator, initial: alone.initial, until: 100 });
const exact = alone.exact!(100).q as Float64Array;
const error = Math.max(...round.final.q.data.map((value, site) => Math.abs(value - exact[site]!)));
console.log(`one soliton, after 100 units of time: ${error.toExponential(0)} from the exact solution`);

const sites = 64;
const { system, initial } = todaLattice({ sites, solitons: [1.8, 1.1] });
const run = simulate(system, { integrator, initial, until: 120, save: { every: 20 } });
const drift = invariantDrift(run, "fourth").maximum.toExponential(0);
console.log(`two solitons, largest relative change of the fourth trace: ${drift}`);
const solitons = heatmap({
  title: "Solitons pass through each other, only shifted",
  subtitle: "a ring of 64 sites",
  x: { label: "site", domain: [0, sites] },
  y: { label: "time", domain: [0, 120] },
  value: { label: "momentum" },
  colors: "sequential",
  ...{ values: run.states.p.data, rows: run.times.length, columns: sites },
});
await saveFigure(solitons, "output/toda-lattice-solitons.svg");

const few = 6;
const row = simulate(todaLattice({ sites: few, ends: "free" }).system, {
  integrator,
  initial: { q: 0, p: 0 },
  until: 16,
});
const eigenvalues = Array.from({ length: few }, (_, k) => -2 * Math.cos((Math.PI * (k + 1)) / (few + 1)));
const most = Math.max(...row.final.p.data.map((value, k) => Math.abs(value - eigenvalues[k]!)));
console.log(`six particles let go: their momenta are within ${most.toExponential(0)} of the eigenvalues after 16`);
const momenta = lineChart({
  title: "Let go, each particle ends with an eigenvalue as its momentum",
  subtitle: "six particles from rest; dashed: the eigenvalues of the Lax matrix, 2 cos(pi k / 7)",
  x: { label: "time" },
  y: { label: "momentum" },
  series: eigenvalues.map((_, k) => ({ name: `${k + 1}`, x: row.times, y: trace(row, `p[${k}]`) })),
  references: eigenvalues.map((y) => ({ y })),
});
await saveFigure(momenta, "output/toda-lattice-momenta.svg");
