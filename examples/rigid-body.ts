// A body that turns freely, such as a spanner thrown into the air. About its middle axis it turns over again and again
// (rigid-body-flips.svg); about the other two it keeps its axis, as its paths on the sphere show (rigid-body-sphere.svg).
import { rigidBody, rungeKutta4, simulate, trace } from "eqprop";
import { lineChart, phasePortrait, saveFigure } from "eqprop/plots";

const integrator = rungeKutta4({ step: 0.01 });
const { system, initial, exact, period } = rigidBody({ momentum: [0.01, 1, 0] });
const spin = simulate(system, { integrator, initial, until: 120 });
const end = exact!(120).L as Float64Array;
const error = Math.max(...spin.final.L.data.map((value, k) => Math.abs(value - end[k]!)));
console.log(
  `turns over every ${(period! / 2).toFixed(2)} units of time; the exact solution is met to ${error.toFixed(12)}`,
);
const flips = lineChart({
  title: "About the middle axis the body turns over, again and again",
  subtitle: "moments of inertia 1, 2 and 3; started within a hundredth of the middle axis",
  x: { label: "time" },
  y: { label: "angular momentum in the body" },
  series: ["smallest", "middle", "largest"].map((name, k) => ({ name, x: spin.times, y: trace(spin, `L[${k}]`) })),
});
await saveFigure(flips, "output/rigid-body-flips.svg");

const tilts = [15, 30, 45, 135, 150, 165].map((degrees) => (degrees * Math.PI) / 180);
const beside = [-0.003, 0.003].flatMap((aside) => [-1, 1].map((middle) => [aside, middle, 0]));
const circles = tilts.map((tilt) => [Math.cos(tilt), Math.sign(Math.cos(tilt)) * Math.sin(tilt), 0]);
const starts = [...beside, ...circles, ...circles.map(([a, b]) => [0, b!, a!])];
// Seen from the direction (2, 6, 3); what lies behind is left out.
const trajectories = starts.map((L) => {
  const path = simulate(system, { integrator, initial: { L }, until: 36 });
  const front = trace(path, "2*L[0] + 6*L[1] + 3*L[2]");
  const x = trace(path, "(L[1] - 3*L[0])/sqrt(10)").map((value, row) => (front[row]! > 0 ? value : Number.NaN));
  return { x, y: trace(path, "(20*L[2] - 3*L[0] - 9*L[1])/(7*sqrt(10))") };
});
const sphere = phasePortrait({
  title: "Stable about two axes, unstable about the third",
  subtitle: "the near side of the sphere of angular momenta; open dot: the middle axis",
  x: { label: "across" },
  y: { label: "upwards" },
  trajectories,
  equilibria: [-0.949, 0.316, 0].map((x, k) => ({ x, y: [-0.136, -0.407, 0.904][k]!, stable: k !== 1 })),
  equalAspect: true,
  height: 600,
});
await saveFigure(sphere, "output/rigid-body-sphere.svg");
