// A chain that hops to the right more easily than to the left: a steady drive at its left end comes out amplified at the right,
// one at the right goes nowhere (skin-effect-response.svg), and a pulse grows as it travels (skin-effect-pulse.svg).
import { hatanoNelsonChain, rungeKutta4, simulate } from "eqprop";
import { heatmap, lineChart, saveFigure } from "eqprop/plots";

const sites = 40;
const { system } = hatanoNelsonChain({ sites, decay: 1.1 });
const integrator = rungeKutta4({ step: 0.05 });
const numbers = Array.from({ length: sites }, (_, k) => k + 1);

const series = [1, sites].map((driven) => {
  const drive = numbers.map((site) => Number(site === driven));
  const x = simulate(system, { integrator, initial: { x: 0 }, input: { drive }, until: 2000 }).final.x.data;
  const other = driven === 1 ? sites : 1;
  const gain = x[other - 1]! / x[driven - 1]!;
  console.log(`driven at site ${driven}: site ${other} answers ${gain.toPrecision(3)} times as strongly`);
  return { name: `driven at site ${driven}`, x: numbers, y: x };
});
// From site to site amplitudes are multiplied by a root z of right - decay z + left z^2 = 0.
const roots = [-1, 1].map((sign) => (1.1 + sign * Math.sqrt(1.1 ** 2 - 4 * 0.25)) / (2 * 0.25));
const places = [{ through: [13, 3e3], over: [8, 18] } as const, { through: [28, 1e-3], over: [25, 31] } as const];
const response = lineChart({
  title: "A one-way amplifier made of couplings that are not reciprocal",
  subtitle: "40 sites, hopping 1 to the right and 0.25 to the left, decay 1.1; dashed: exact between the ends",
  x: { label: "site" },
  y: { label: "steady amplitude", scale: "log" },
  series,
  references: roots.map((z, k) => ({ slope: Math.log10(z), ...places[k]!, name: `${z.toFixed(2)} per site` })),
});
await saveFigure(response, "output/skin-effect-response.svg");

const initial = { x: numbers.map((site) => Number(site === 1)) };
const options = { integrator, initial, until: 160, save: { every: 10 } };
const { times, states } = simulate(system, { ...options, input: { drive: 0 } });
const pulse = heatmap({
  title: "A pulse grows as it travels to the right, then dies out",
  subtitle: "set to 1 at the first of 40 sites",
  x: { label: "site", domain: [0.5, sites + 0.5] },
  y: { label: "time", domain: [0, 160] },
  value: { label: "amplitude" },
  ...{ values: states.x.data, rows: times.length, columns: sites },
});
await saveFigure(pulse, "output/skin-effect-pulse.svg");
