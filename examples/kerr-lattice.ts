// Light put on one site of a lattice of coupled resonators spreads as a wave (kerr-lattice-waves.svg), unless it is strong: the
// Kerr effect then detunes its site from the neighbours, and the light stays where it is (kerr-lattice-trapping.svg).
import { invariantDrift, kerrLattice, rungeKutta4, simulate, trace } from "eqprop";
import { heatmap, lineChart, saveFigure } from "eqprop/plots";

const size = 31;
const middle = (size - 1) / 2;
const integrator = rungeKutta4({ step: 0.005 });
const { system, initial } = kerrLattice({ rows: size, columns: size, coupling: 1 });

function spread(kerr: number, until: number) {
  return simulate(system, { integrator, initial, parameters: { kerr }, until, save: { every: 10 } });
}

const waves = spread(0, 5);
const { q, p } = waves.final;
const linear = heatmap({
  title: "Weak light spreads over the lattice",
  subtitle: `from the middle of ${size} x ${size} resonators, without Kerr effect, after 5 units of time`,
  x: { label: "column", domain: [0, size] },
  y: { label: "row", domain: [0, size] },
  value: { label: "amplitude" },
  values: q.data.map((value, k) => Math.hypot(value, p.data[k]!) / Math.SQRT2),
  ...{ rows: size, columns: size, height: 640 },
});
await saveFigure(linear, "output/kerr-lattice-waves.svg");

const series = [0, -1, -2, -4].map((kerr) => {
  const run = spread(kerr, 6);
  const y = trace(run, `(q[${middle}, ${middle}]^2 + p[${middle}, ${middle}]^2)/8`);
  if (kerr === -4) console.log(`total intensity kept to ${invariantDrift(run, "intensity").maximum.toExponential(0)}`);
  console.log(`Kerr coefficient ${kerr}: ${(100 * y.at(-1)!).toFixed(1)} % stay on the first site`);
  return { name: `Kerr coefficient ${kerr}`, x: run.times, y };
});
const trapping = lineChart({
  title: "Strong light traps itself",
  subtitle: "intensity 4 on one site, coupling 1",
  x: { label: "time" },
  y: { label: "part on the first site", domain: [0, 1] },
  series,
});
await saveFigure(trapping, "output/kerr-lattice-trapping.svg");
