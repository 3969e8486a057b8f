// A pendulum written as a Hamiltonian: its orbits stay on the level lines of the energy (pendulum-orbits.svg), and why to
// integrate it with a symplectic method: over 100,000 steps only there the energy's error is bounded (pendulum-energy.svg).
import {
  energyDrift,
  explicitEuler,
  hamiltonianSystem,
  leapfrog,
  rungeKutta4,
  scalarFunction,
  simulate,
  symplecticEuler,
  trajectoryOf,
} from "eqprop";
import { lineChart, phasePortrait, saveFigure } from "eqprop/plots";

const pendulum = hamiltonianSystem({
  name: "pendulum",
  coordinates: { q: [] },
  momenta: { p: [] },
  parameters: { mass: 1, arm: 1, gravity: 9.81 },
  hamiltonian: "p^2 / (2*mass*arm^2) + mass*gravity*arm*(1 - cos(q))",
});

const names = ["small swing", "large swing", "almost over the top", "over the top", "over the top, backwards"];
const initial = { q: [0.8, 2.2, 3.13, -5, 5], p: [0, 0, 0, 7.5, -7.5] };
const integrator = leapfrog({ step: 0.01 });
const swings = simulate(pendulum, { integrator, initial, trajectories: 5, until: 9 });
const energy = scalarFunction(pendulum);
const orbits = phasePortrait({
  title: "Each orbit of the pendulum keeps to its energy",
  x: { label: "angle q (rad)", domain: [-5, 5] },
  y: { label: "angular momentum p (kg m^2/s)", domain: [-9, 9] },
  trajectories: names.map((name, k) => {
    const { q, p } = trajectoryOf(swings, k).states;
    return { name, x: q.data, y: p.data };
  }),
  contours: { value: (q, p) => energy({ q, p }) },
  equilibria: [-Math.PI, 0, Math.PI].map((x) => ({ x, y: 0, stable: x === 0 })),
});
await saveFigure(orbits, "output/pendulum-orbits.svg");

const series = [explicitEuler, rungeKutta4, symplecticEuler, leapfrog].map((method) => {
  const integrator = method({ step: 0.05 });
  const swing = simulate(pendulum, { integrator, initial: { q: 2, p: 0 }, steps: 100_000 });
  const { times, largestSoFar, maximum } = energyDrift(swing);
  console.log(`${integrator.name}: largest relative energy error ${maximum.toPrecision(2)}`);
  return { name: integrator.name, x: times.subarray(1), y: largestSoFar.subarray(1) };
});
const errors = lineChart({
  title: "Symplectic methods bound the error of the energy",
  subtitle: "a pendulum let go at 2 rad, 100,000 steps of 0.05 s",
  x: { label: "time (s)", scale: "log" },
  y: { label: "largest relative error so far", scale: "log" },
  series,
});
await saveFigure(errors, "output/pendulum-energy.svg");
