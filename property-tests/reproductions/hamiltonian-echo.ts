import type { Integrator } from "../../core/integrator.js";
import { held, nodes } from "../../core/simulation/inputs.js";
import {
  conformalLeapfrog,
  explicitEuler,
  leapfrog,
  rungeKutta4,
  symplecticEuler,
  yoshida4,
} from "../../integrators/index.js";
import type { GradientResult, TaskData } from "../../learning/rule.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { allocatedBytes } from "../measures/allocated-bytes.js";
import { quarticChain, type TrajectorySubject } from "../measures/echo-oscillators.js";
import { measureExactness } from "../measures/exactness.js";
import { trajectoryReferences } from "../measures/trajectory-references.js";
import { errorList, type MeasuredQuantity, type Measurement, near, type Reproduction } from "./reproduction.js";

const BY_NUDGE = "Error of the Hamiltonian echo against the nudge";
const BYTES = "Memory of a gradient by the number of steps";
const SECONDS = "Time of a gradient by the number of steps";
const NUDGES = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
/** Duration of the trajectories of the integrator table, as in the notes. */
const DURATION = 10;

const errorsOf = (
  { task, data }: TrajectorySubject,
  integrator: Integrator,
  nudges: readonly number[],
  nudging: "centred" | "one-sided" = "centred",
): { readonly errors: readonly number[]; readonly slope: number } => {
  const { errors, slope } = measureExactness({
    task,
    data,
    nudges,
    reference: trajectoryReferences(integrator).exact,
    makeRule: (nudge) => hamiltonianEcho({ integrator, nudge, nudging, inexact: true }),
  });
  return { errors, slope: slope ?? Number.NaN };
};

/** The two vectors of the notes: one quartic oscillator in 20 steps, undamped under a held drive or damped under one at nodes. */
function testVector(damped: boolean): {
  readonly result: GradientResult;
  readonly error: number;
  readonly cost: number;
} {
  const steps = 20;
  const series = (count: number, of: (k: number) => number): number[] => Array.from({ length: count }, (_, k) => of(k));
  const system = hamiltonianSystem({
    name: "quartic oscillator",
    coordinates: { phi: [] },
    momenta: { momentum: [] },
    parameters: { m: 1.2, k: 0.8, q: 0.5, b: 1, ...(damped ? { gamma: 0.4 } : {}) },
    input: { u: [] },
    hamiltonian: "momentum^2/(2*m) + k*phi^2/2 + q*phi^4/4 - b*u*phi",
    ...(damped ? { damping: "gamma" as never } : {}),
  });
  const task = learningTask(system, { target: { y: [] }, cost: { perStep: "(phi - y)^2/2" }, horizon: { steps } });
  const drive = damped ? nodes : held;
  const data = {
    parameters: {},
    input: { u: drive(series(damped ? steps + 1 : steps, (k) => Math.sin(0.5 * k))) },
    target: { y: held(series(steps, (k) => 0.3 * Math.cos(0.4 * (k + 1)))) },
    initial: { phi: 0.5, momentum: -0.2 },
  } as unknown as TaskData;
  const integrator = damped ? conformalLeapfrog({ step: 0.1 }) : leapfrog({ step: 0.1, first: "drift" });
  const result = hamiltonianEcho({ integrator, nudge: 1e-5 }).gradient(task as unknown as LearningTask, data);
  const found = (group: "gradient" | "initialGradient", name: string): number =>
    (result[group] as GradientResult["gradient"])[name]?.data[0] ?? Number.NaN;
  const errors = Object.entries(damped ? DAMPED_VECTOR : VECTOR).map(
    ([name, value]) => found(name === "phi" || name === "momentum" ? "initialGradient" : "gradient", name) - value,
  );
  return { result, error: Math.max(...errors.map(Math.abs)), cost: result.cost };
}

const VECTOR = {
  m: 0.1359982175,
  k: -0.187691726,
  q: -0.0496397195,
  b: 0.4210689366,
  phi: 4.298164959,
  momentum: 2.046467785,
};
const DAMPED_VECTOR = {
  m: 0.2702951847,
  k: -0.4344733772,
  q: -0.0950261996,
  b: 0.5507934811,
  gamma: 0.1193892223,
  phi: 4.504499945,
  momentum: 2.400279506,
};

function measureVector(damped: boolean, cost: number): Measurement {
  const found = testVector(damped);
  return {
    summary: `cost ${found.cost.toPrecision(13)}; largest error of an entry ${errorList([found.error])}`,
    quantities: [
      near("cost", found.cost, cost, 1e-11),
      { name: "largest error of an entry", value: found.error, most: 2e-9 },
    ],
  };
}

/** Errors at both steps of the table, at the best of some nudges. */
function measureIntegrator(
  make: (step: number) => Integrator,
  bounds: Pick<MeasuredQuantity, "least" | "most">,
): Measurement {
  const steps = [0.05, 0.025];
  const errors = steps.map((step) => {
    const subject = quarticChain({ oscillators: 4, steps: Math.round(DURATION / step) });
    return Math.min(...errorsOf(subject, make(step), [1e-6, 1e-7]).errors);
  });
  return {
    summary: errorList(errors),
    quantities: errors.map((value, k) => ({ name: `error at the step ${steps[k]}`, value, ...bounds })),
  };
}

function measureNudges(nudging: "centred" | "one-sided", order: number, most: number): Measurement {
  const subject = quarticChain({ oscillators: 6, steps: 200 });
  const { errors, slope } = errorsOf(subject, leapfrog({ step: 0.05, first: "drift" }), NUDGES, nudging);
  return {
    summary: `${errorList(errors)}; slope ${slope.toFixed(2)}`,
    quantities: [near("slope", slope, order, 0.1), { name: "error at 1e-6", value: errors.at(-1) as number, most }],
    curves: [{ figure: BY_NUDGE, name: nudging, x: NUDGES, y: errors }],
  };
}

const STEP_COUNTS = { quick: [100, 300, 1000, 3000, 10_000], full: [100, 300, 1000, 3000, 10_000, 30_000, 100_000] };

/** Steps after which generated code runs at its full speed. */
const WARM_STEPS = 200_000;

function leastSeconds(work: () => void, times: number): number {
  let least = Infinity;
  for (let k = 0; k < times; k++) {
    const started = performance.now();
    work();
    least = Math.min(least, (performance.now() - started) / 1000);
  }
  return least;
}

/** Bytes made by the first gradient of a rule, with what it compiles, and seconds taken by the fastest of those that follow. */
function measureCosts(full: boolean): Measurement {
  const integrator = leapfrog({ step: 1e-3 });
  const rules = [
    ["Hamiltonian echo", () => hamiltonianEcho({ integrator, nudge: 1e-4 })],
    ["backpropagation through time", () => trajectoryReferences(leapfrog({ step: 1e-3 })).exact],
  ] as const;
  const counts = full ? STEP_COUNTS.full : STEP_COUNTS.quick;
  const measured = rules.map(([name, make]) => {
    const points = counts.map((steps) => {
      const { task, data } = quarticChain({ oscillators: 6, steps, final: true });
      const rule = make();
      const bytes = allocatedBytes(() => rule.gradient(task, data));
      return { bytes, seconds: leastSeconds(() => rule.gradient(task, data), Math.max(3, WARM_STEPS / steps)) };
    });
    return { name, bytes: points.map(({ bytes }) => bytes), seconds: points.map(({ seconds }) => seconds) };
  });
  const [echo, through] = measured as [(typeof measured)[0], (typeof measured)[0]];
  const growth = (bytes: readonly number[]): number => (bytes.at(-1) as number) / (bytes[0] as number);
  const more = (counts.at(-1) as number) / (counts[0] as number);
  return {
    summary: `from ${counts[0]} to ${counts.at(-1)} steps: echo ${echo.bytes[0]} and ${echo.bytes.at(-1)} bytes; backpropagation ${through.bytes[0]} and ${through.bytes.at(-1)}`,
    quantities: [
      { name: "growth of the echo's memory", value: growth(echo.bytes), least: 1, most: 1 },
      { name: "growth of backpropagation's memory", value: growth(through.bytes), least: more / 5 },
    ],
    curves: measured.flatMap(({ name, bytes, seconds }) => [
      { figure: BYTES, name, x: counts, y: bytes },
      { figure: SECONDS, name, x: counts, y: seconds },
    ]),
  };
}

/** Bytes of a gradient over 1,000 and 100,000 steps. */
function measureBytes(): Measurement {
  const [short, long] = [1_000, 100_000].map((steps) => {
    const { task, data } = quarticChain({ oscillators: 1 + 1, steps, final: true });
    return allocatedBytes(() =>
      hamiltonianEcho({ integrator: leapfrog({ step: 1e-3 }), nudge: 1e-4 }).gradient(task, data),
    );
  }) as [number, number];
  return {
    summary: `${short} and ${long} bytes`,
    quantities: [near("difference in bytes", long - short, 0, 0)],
  };
}

const EXACT = { most: 2e-9 };
const CONVENTION =
  "Where a step is not symmetric the state that an echo meets again differs from the free one; slopes of the cost are taken there, while the source stores them, and H is integrated by the trapezoid rule: the errors of the last three rows differ from the source's, and not being exact is what is checked.";

/** Learning by an echo of conservative systems. */
export const hamiltonianEchoLearning: Reproduction = {
  name: "hamiltonian-echo",
  title: "Hamiltonian echo learning",
  source: "Pourcel & Ernoult 2025 (arXiv 2506.05259); numbers of the notes on it, sections 1.5, 2.2 and 5",
  figures: [
    {
      title: BY_NUDGE,
      subtitle: "six quartic oscillators, 200 steps; parameters, inputs and initial state against backpropagation",
      x: { label: "nudge", scale: "log" },
      y: { label: "relative L2 error", scale: "log" },
      slopes: [
        { slope: 2, through: [1e-5, 2e-7], over: [1e-6, 1e-3] },
        { slope: 1, through: [1e-5, 1.5e-3], over: [1e-6, 1e-3] },
      ],
    },
    {
      title: BYTES,
      subtitle: "six quartic oscillators, a cost of the last state; all arrays made, programs included",
      x: { label: "steps", scale: "log" },
      y: { label: "bytes", scale: "log" },
    },
    {
      title: SECONDS,
      subtitle: "six quartic oscillators, a cost of the last state; after compilation, the fastest of several",
      x: { label: "steps", scale: "log" },
      y: { label: "seconds", scale: "log" },
    },
  ],
  items: [
    {
      item: "test vector: driven quartic oscillator, drift first, nudge 1e-5",
      published: "cost 1.613961328818; to 1e-9",
      measure: () => measureVector(false, 1.613961328818),
    },
    {
      item: "test vector: damped quartic oscillator, its damping learned, nudge 1e-5",
      published: "cost 1.687448877000; to 1e-9",
      measure: () => measureVector(true, 1.687448877),
    },
    {
      item: "leapfrog, drift first, steps 0.05 and 0.025",
      published: "2.5e-10, 5e-10",
      measure: () => measureIntegrator((step) => leapfrog({ step, first: "drift" }), EXACT),
    },
    {
      item: "leapfrog, kick first",
      published: "1.7e-10, 1e-9",
      measure: () => measureIntegrator((step) => leapfrog({ step }), EXACT),
    },
    {
      item: "Yoshida 4",
      published: "2.6e-10, 2e-9",
      measure: () => measureIntegrator((step) => yoshida4({ step }), EXACT),
    },
    {
      item: "Runge-Kutta 4 (not symplectic)",
      published: "9e-8, 2e-8 (not exact)",
      note: CONVENTION,
      measure: () => measureIntegrator((step) => rungeKutta4({ step }), { least: 1e-8, most: 1e-3 }),
    },
    {
      item: "symplectic Euler (not symmetric)",
      published: "4.6e-2, 7.0e-2",
      note: CONVENTION,
      measure: () => measureIntegrator((step) => symplecticEuler({ step }), { least: 1e-2 }),
    },
    {
      item: "explicit Euler",
      published: "1.0, .57",
      note: CONVENTION,
      measure: () => measureIntegrator((step) => explicitEuler({ step }), { least: 0.1 }),
    },
    {
      item: "centred, nudge 1e-2 to 1e-6 (six quartic oscillators, 34 parameters, 200 steps)",
      published: "5.0e-2, 5.2e-4, 5.2e-6, 5.2e-8, 5.2e-10",
      measure: () => measureNudges("centred", 2, 2e-9),
    },
    {
      item: "one-sided, nudge 1e-2 to 1e-6",
      published: "1.3, .14, 1.4e-2, 1.4e-3, 1.4e-4",
      measure: () => measureNudges("one-sided", 1, 5e-4),
    },
    {
      item: "memory for states does not grow with the steps",
      published: "O(n + P)",
      note: "Inputs and targets that vary in time are data and are stored; here they are constant.",
      measure: ({ full = false }) => measureCosts(full),
    },
    {
      item: "memory over 1,000 and 100,000 steps",
      published: "the same",
      measure: measureBytes,
    },
  ],
};
