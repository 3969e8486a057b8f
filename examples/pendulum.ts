// A pendulum written as a Hamiltonian: its orbits stay on the level lines of the energy (pendulum-orbits.svg), and why to
// integrate it with a symplectic method: over 100,000 steps only there the energy's error is bounded (pendulum-energy.svg).
import {
  energyDrift,
  evaluateScalar,
  explicitEuler,
  hamiltonianSystem,
  leapfrog,
  rungeKutta4,
  simulate,
  symplecticEuler,
} from "eqprop";
import { lineChart, phasePortrait, saveFigure } from "eqprop/plots";

const pendulum = hamiltonianSystem({
  name: "pendulum",
  coordinates: { q: [] },
  momenta: { p: [] },
  parameters: { mass: [], arm: [], gravity: [] },
  hamiltonian: "p^2 / (2*mass*arm^2) + mass*gravity*arm*(1 - cos(q))",
});
const parameters = { mass: 1, arm: 1, gravity: 9.81 };

const names = ["small swing", "large swing", "almost over the top", "over the top", "over the top, backwards"];
const initial = { q: [0.8, 2.2, 3.13, -5, 5], p: [0, 0, 0, 7.5, -7.5] };
const integrator = leapfrog({ step: 0.01 });
const { q, p } = simulate(pendulum, { integrator, initial, parameters, trajectories: 5, until: 9 }).states;
const orbit = (values: Float64Array, trajectory: number) => values.filter((_, i) => i % 5 === trajectory);
const orbits = phasePortrait({
  title: "Each orbit of the pendulum keeps to its energy",
  x: { label: "angle q (rad)", domain: [-5, 5] },
  y: { label: "angular momentum p (kg m^2/s)", domain: [-9, 9] },
  trajectories: names.map((name, k) => ({ name, x: orbit(q.data, k), y: orbit(p.data, k) })),
  contours: { x: [-5, 5], y: [-9, 9], value: (q, p) => evaluateScalar(pendulum.scalar!, { q, p, ...parameters }) },
  equilibria: [-Math.PI, 0, Math.PI].map((x) => ({ x, y: 0, stable: x === 0 })),
});
await saveFigure(orbits, "output/pendulum-orbits.svg");

const series = [explicitEuler, rungeKutta4, symplecticEuler, leapfrog].map((method) => {
  const integrator = method({ step: 0.05 });
  const swing = simulate(pendulum, { integrator, initial: { q: 2, p: 0 }, parameters, steps: 100_000 });
  const { times, relative: error, maximum } = energyDrift(swing);
  for (let k = 1; k < error.length; k++) error[k] = Math.max(error[k - 1]!, Math.abs(error[k]!));
  console.log(`${integrator.name}: largest relative energy error ${maximum.toPrecision(2)}`);
  return { name: integrator.name, x: times.subarray(1), y: error.subarray(1) };
});
const energy = lineChart({
  title: "Symplectic methods bound the error of the energy",
  subtitle: "a pendulum let go at 2 rad, 100,000 steps of 0.05 s",
  x: { label: "time (s)", scale: "log" },
  y: { label: "largest relative error so far", scale: "log" },
  series,
});
await saveFigure(energy, "output/pendulum-energy.svg");
