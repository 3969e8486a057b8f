// A double pendulum from its Lagrangian, whose mass matrix depends on the angles: two releases a thousandth of a degree
// apart share a path and then part (double-pendulum-paths.svg); how fast they part is chaos measured (double-pendulum-chaos.svg).
import { energyDrift, lagrangianSystem, rungeKutta4, simulate, trace } from "eqprop";
import { lineChart, phasePortrait, saveFigure } from "eqprop/plots";

const doublePendulum = lagrangianSystem({
  name: "double pendulum",
  coordinates: { a: [], b: [] },
  parameters: { mass: { shape: [], default: 1 }, arm: { shape: [], default: 1 }, gravity: { shape: [], default: 9.81 } },
  lagrangian: `kinetic = mass*arm^2*(a_dot^2 + b_dot^2/2 + a_dot*b_dot*cos(a - b));
    potential = -mass*gravity*arm*(2*cos(a) + cos(b));
    kinetic - potential`,
});

const offsets = [0, 1e-3, 1e-6, 1e-9, 1e-12];
const swing = simulate(doublePendulum, {
  integrator: rungeKutta4({ step: 0.001 }),
  initial: { a: offsets.map((offset) => 2 + offset), b: 2.5, a_dot: 0, b_dot: 0 },
  trajectories: offsets.length,
  until: 40,
  save: { every: 10 },
});
const tips = { x: trace(swing, "arm*(sin(a) + sin(b))"), y: trace(swing, "-arm*(cos(a) + cos(b))") };
const of = (values: Float64Array, k: number) => values.filter((_, i) => i % offsets.length === k);
const shown = 1000;
const paths = phasePortrait({
  title: "Two releases that differ by a millionth of a radian",
  x: { label: "x (m)" },
  y: { label: "y (m)" },
  equalAspect: true,
  trajectories: [0, 2].map((k) => ({ name: `${offsets[k]}`, x: of(tips.x, k).subarray(0, shown), y: of(tips.y, k).subarray(0, shown) })),
});
await saveFigure(paths, "output/double-pendulum-paths.svg");
const distance = offsets.slice(1).map((offset, k) => {
  const [x, y] = [of(tips.x, k+1), of(tips.y, k+1)];
  const [x0, y0] = [of(tips.x, 0), of(tips.y, 0)];
  return { name: offset.toExponential(), x: swing.times, y: x.map((v, i) => Math.hypot(v - x0[i]!, y[i]! - y0[i]!)) };
});
const chaos = lineChart({
  title: "Chaos",
  x: { label: "time (s)" },
  y: { label: "distance of the tips (m)", scale: "log" },
  series: distance,
});
await saveFigure(chaos, "output/double-pendulum-chaos.svg");
console.log(energyDrift(swing).maximum);
