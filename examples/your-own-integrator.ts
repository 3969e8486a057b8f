// A splitting method of one's own in a few lines: the second-order method of three kicks with the smallest error constant,
// verified by properties, and its errors beside known methods for the same work (your-own-integrator.svg).
import { hamiltonianSystem, leapfrog, simulate, splitting, yoshida4 } from "eqprop";
import { lineChart, saveFigure } from "eqprop/plots";
import { verify } from "eqprop/property-tests";

const end = 0.1931833275037836;
const threeKicks = ({ step }: { step: number }) =>
  splitting({
    step,
    name: "three kicks",
    kick: [end, 1 - 2 * end, end],
    drift: [1 / 2, 1 / 2],
    reference: "R. I. McLachlan, SIAM J. Sci. Comput. 16, 151 (1995)",
  });

const pendulum = hamiltonianSystem({
  name: "pendulum",
  coordinates: { q: [] },
  momenta: { p: [] },
  hamiltonian: "p^2/2 - cos(q)",
});
const { order, symmetric } = threeKicks({ step: 0.1 });
console.log(`from its coefficients: order ${order}, ${symmetric ? "symmetric" : "not symmetric"}`);
const { passed, results } = await verify(pendulum, { integrators: [threeKicks({ step: 0.1 })] });
console.log(`${results.length} properties of it and the pendulum ${passed ? "hold" : "FAIL"}`);

const swing = (integrator: ReturnType<typeof leapfrog>) =>
  simulate(pendulum, { integrator, initial: { q: 2, p: 0 }, until: 12 }).final.q.data[0] as number;
const exact = swing(yoshida4({ step: 12 / 60_000 }));
const kicksPerStep = [
  { method: leapfrog, kicks: 1 },
  { method: threeKicks, kicks: 2 },
  { method: yoshida4, kicks: 3 },
];
const work = [120, 240, 480, 960, 1920];
const series = kicksPerStep.map(({ method, kicks }) => ({
  name: method({ step: 1 }).name,
  x: work,
  y: work.map((total) => Math.abs(swing(method({ step: (12 * kicks) / total })) - exact)),
}));
const axes = {
  x: { label: "kicks", scale: "log" },
  y: { label: "error of the angle at t = 12", scale: "log" },
} as const;
await saveFigure(lineChart({ title: "Accuracy for the same work", ...axes, series }), "output/your-own-integrator.svg");
