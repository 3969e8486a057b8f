import { energyDrift } from "../../core/diagnostics/index.js";
import { simulate } from "../../core/simulation/index.js";
import { explicitEuler } from "../../integrators/steppers/explicit-euler.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { type Figure, lineChart, phasePortrait } from "../../plots/index.js";
import { pendulum } from "../../systems/catalogue/pendulum.js";

const STEP = 0.05;

/** Orbits of the pendulum by leapfrog over its energy, swinging and turning. */
export function pendulumPortrait(): Figure {
  const { system } = pendulum();
  const orbit = (q: number, p: number) => {
    const { states } = simulate(system, { integrator: leapfrog({ step: STEP }), initial: { q, p }, until: 20 });
    return { x: states.q.data, y: states.p.data };
  };
  const swinging = [0.6, 1.3, 2.0, 2.7].map((q) => orbit(q, 0));
  const turning = [2.2, 2.7, -2.2, -2.7].map((p) => orbit(p > 0 ? -Math.PI : Math.PI, p));
  return phasePortrait({
    title: "Pendulum: swinging and turning",
    subtitle: "orbits by leapfrog over lines of constant energy",
    x: { label: "angle q", domain: [-Math.PI, Math.PI] },
    y: { label: "momentum p" },
    trajectories: [...swinging, ...turning],
    contours: { x: [-Math.PI, Math.PI], y: [-3, 3], value: (q, p) => p ** 2 / 2 + 1 - Math.cos(q) },
    equilibria: [{ x: 0, y: 0, stable: true }],
  });
}

/** The relative energy error of leapfrog and explicit Euler on the pendulum. */
export function energyDriftChart(): Figure {
  const { system, initial } = pendulum({ amplitude: 2 });
  const series = [leapfrog({ step: STEP }), explicitEuler({ step: STEP })].map((integrator) => {
    const drift = energyDrift(simulate(system, { integrator, initial, until: 60 }));
    const magnitude = drift.relative.map((value) => (value === 0 ? Number.NaN : Math.abs(value)));
    return { name: integrator.name, x: drift.times, y: magnitude };
  });
  return lineChart({
    title: "Energy error: bounded for a symplectic method",
    subtitle: `pendulum, step ${STEP}`,
    x: { label: "time" },
    y: { label: "|E - E0| / E0", scale: "log" },
    series,
  });
}
