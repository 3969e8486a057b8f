// Two populations of oscillators: with reciprocal couplings they lock; where one runs after the other and that one away, both
// turn for ever (non-reciprocal-phases.svg), once their couplings differ enough (non-reciprocal-transition.svg).
import { rungeKutta4, simulate, trace, twoPopulationKuramoto } from "eqprop";
import { lineChart, saveFigure } from "eqprop/plots";

// Natural frequencies of a Lorentz distribution of the width 0.2, the same in both populations.
const oscillators = 200;
const quantile = (part: number) => 0.2 * Math.tan(Math.PI * (part - 0.5));
const frequency = Array.from({ length: oscillators }, (_, i) => quantile((i + 0.5) / oscillators));
const { system, initial } = twoPopulationKuramoto({ oscillators, frequencies: "distributed" });

function run(mutual: number, difference: number, until: number) {
  const coupling = [1, mutual + difference, mutual - difference, 1];
  const parameters = { frequency_a: frequency, frequency_b: frequency, coupling };
  return simulate(system, { integrator: rungeKutta4({ step: 0.1 }), parameters, initial, until });
}

// The oscillators in the middle of the distribution follow their populations.
const series = ["reciprocal", "non-reciprocal"].flatMap((kind, k) => {
  const result = run(0.3, 0.8 * k, 40);
  const phase = (population: string) => trace(result, `theta_${population}[${oscillators / 2}]`);
  return ["a", "b"].map((p) => ({ name: `${p}, ${kind}`, x: result.times, y: phase(p), dashed: p === "b" }));
});
const phases = lineChart({
  title: "Reciprocal couplings lock two populations; non-reciprocal ones make them turn",
  subtitle: "each pulls itself by 1 and the other by 0.3; if not reciprocal, b pulls a by 1.1 and a pulls b by -0.5",
  x: { label: "time" },
  y: { label: "phase of the population (rad)" },
  series,
});
await saveFigure(phases, "output/non-reciprocal-phases.svg");

const x = Array.from({ length: 25 }, (_, k) => k / 20);
const turning = [0.1, 0.3].map((mutual) => {
  const y = x.map((difference) => {
    const phase = trace(run(mutual, difference, 200), `theta_a[${oscillators / 2}]`);
    return Math.abs(phase.at(-1)! - phase[1000]!) / 100;
  });
  console.log(`mutual pull ${mutual}: turning from a difference of ${x[y.findIndex((speed) => speed > 0.05)]} on`);
  return { name: `mutual pull ${mutual}`, x, y };
});
// For many oscillators without a mutual pull: 1 minus the width (Ott and Antonsen 2008).
const exact = { name: "no mutual pull, exact", x, y: x.map((difference) => 0.8 * difference), dashed: true };
const transition = lineChart({
  title: "The populations turn once their couplings differ enough",
  x: { label: "half the difference of the couplings" },
  y: { label: "speed of turning (rad per unit of time)" },
  series: [...turning, exact],
});
await saveFigure(transition, "output/non-reciprocal-transition.svg");
