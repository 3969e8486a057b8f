// A body that turns freely, such as a spanner thrown into the air. About its middle axis it turns over again and again
// (rigid-body-flips.svg); about the other two it keeps its axis, as its paths on the sphere show (rigid-body-sphere.svg).
import { invariantDrift, rigidBody, rungeKutta4, simulate, trace } from "eqprop";
import { lineChart, phasePortrait, saveFigure } from "eqprop/plots";

const integrator = rungeKutta4({ step: 0.01 });
const { system, initial, exact, period } = rigidBody({ momentum: [0.01, 1, 0] });
const until = 120;
const spin = simulate(system, { integrator, initial, until });
const end = exact!(until).L as Float64Array;
const error = Math.max(...spin.final.L.data.map((value, k) => Math.abs(value - end[k]!)));
const drift = invariantDrift(spin, "squared_momentum").maximum;
console.log(`turns over every ${(period! / 2).toFixed(2)} units of time`);
console.log(
  `after ${until}: ${error.toExponential(0)} from the exact solution, |L|^2 kept to ${drift.toExponential(0)}`,
);
const flips = lineChart({
  title: "About the middle axis the body turns over, again and again",
  subtitle: "moments of inertia 1, 2 and 3; started within a hundredth of the middle axis",
  x: { label: "time" },
  y: { label: "angular momentum in the body" },
  series: ["smallest axis", "middle axis", "largest axis"].map((name, k) => {
    return { name, x: spin.times, y: trace(spin, `L[${k}]`) };
  }),
});
await saveFigure(flips, "output/rigid-body-flips.svg");

const angles = [15, 30, 45, -15, -30, -45].map((degrees) => (degrees * Math.PI) / 180);
const starts = {
  "about the smallest axis": angles.map((angle) => [Math.sign(angle) * Math.cos(angle), Math.sin(angle), 0]),
  "from the middle axis": [-0.003, 0.003].flatMap((aside) => [-1, 1].map((side) => [aside, side, 0])),
  "about the largest axis": angles.map((angle) => [0, Math.sin(angle), Math.sign(angle) * Math.cos(angle)]),
};
// Seen from the direction (2, 6, 3); what lies behind is left out, and so are the gaps between paths.
const trajectories = Object.entries(starts).map(([name, list]) => {
  const paths = list.map((L) => simulate(system, { integrator, initial: { L }, until: 36 }));
  const seen = (expression: string) =>
    paths.flatMap((path) => {
      const front = trace(path, "2*L[0] + 6*L[1] + 3*L[2]");
      return [...trace(path, expression).map((value, row) => (front[row]! > 0 ? value : Number.NaN)), Number.NaN];
    });
  return { name, x: seen("(L[1] - 3*L[0])/sqrt(10)"), y: seen("(20*L[2] - 3*L[0] - 9*L[1])/(7*sqrt(10))") };
});
const sphere = phasePortrait({
  title: "Stable about two axes, unstable about the third",
  subtitle: "the near side of the sphere of angular momenta; dots: the three axes",
  x: { label: "across" },
  y: { label: "upwards" },
  trajectories,
  equilibria: [
    { x: -3 / Math.sqrt(10), y: -3 / 7 / Math.sqrt(10), stable: true },
    { x: 1 / Math.sqrt(10), y: -9 / 7 / Math.sqrt(10), stable: false },
    { x: 0, y: 20 / 7 / Math.sqrt(10), stable: true },
  ],
  equalAspect: true,
  height: 600,
});
await saveFigure(sphere, "output/rigid-body-sphere.svg");
