// A double pendulum written as a Lagrangian, its mass matrix depending on the angles: two releases a millionth of a radian
// apart share a path, then part (double-pendulum-paths.svg); their distance grows exponentially (double-pendulum-chaos.svg).
import { energyDrift, lagrangianSystem, rungeKutta4, simulate, trace } from "eqprop";
import { lineChart, phasePortrait, saveFigure } from "eqprop/plots";

const doublePendulum = lagrangianSystem({
  name: "double pendulum",
  coordinates: { a: [], b: [] },
  parameters: { mass: 1, arm: 1, gravity: 9.81 },
  lagrangian: `kinetic = mass*arm^2 * (a_dot^2 + b_dot^2/2 + a_dot*b_dot*cos(a - b));
               potential = -mass*gravity*arm * (2*cos(a) + cos(b));
               kinetic - potential`,
});

function release(a: number, until: number) {
  const initial = { a, b: 2.5, a_dot: 0, b_dot: 0 };
  const swing = simulate(doublePendulum, { integrator: rungeKutta4({ step: 0.001 }), initial, until });
  return { ...swing, x: trace(swing, "arm*(sin(a) + sin(b))"), y: trace(swing, "-arm*(cos(a) + cos(b))") };
}

const paths = phasePortrait({
  title: "The tip of a double pendulum, released twice, a millionth of a radian apart",
  x: { label: "x (m)" },
  y: { label: "y (m)" },
  trajectories: [2, 2.000001].map((a) => ({ name: `upper arm at ${a} rad`, ...release(a, 10) })),
  equalAspect: true,
  height: 600,
});
await saveFigure(paths, "output/double-pendulum-paths.svg");

const first = release(2, 18);
console.log(`largest relative energy error in 18 s: ${energyDrift(first).maximum.toExponential(1)}`);
const series = [3, 6, 9, 12].map((digits) => {
  const { times, x, y } = release(2 + 10 ** -digits, 18);
  const distance = x.map((value, k) => Math.hypot(value - first.x[k]!, y[k]! - first.y[k]!));
  const parted = times[distance.findIndex((metres) => metres > 0.1)]!;
  console.log(`released 10^-${digits} rad apart: 0.1 m apart after ${parted.toFixed(1)} s`);
  return { name: `10^-${digits} rad`, x: times, y: distance };
});
const chaos = lineChart({
  title: "Chaos: to start a thousand times closer buys about four seconds",
  subtitle: "two double pendulums, by the difference of their first angles",
  x: { label: "time (s)" },
  y: { label: "distance of the tips (m)", scale: "log" },
  series,
});
await saveFigure(chaos, "output/double-pendulum-chaos.svg");
