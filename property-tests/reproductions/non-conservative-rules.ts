import { RandomStream } from "../../core/random.js";
import type { Values } from "../../core/system.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { finiteDifferences } from "../../learning/rules/finite-differences.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import { learningTask } from "../../learning/task.js";
import { doubled } from "../../learning/transformations/doubled.js";
import { derivedName } from "../../learning/transformations/names.js";
import { nudged } from "../../learning/transformations/nudged.js";
import { asymmetricHopfieldNetwork } from "../../systems/catalogue/asymmetric-hopfield-network.js";
import { hopfieldNetwork } from "../../systems/catalogue/hopfield-network.js";
import { rateNetwork } from "../../systems/catalogue/rate-network.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { measureConditioning } from "../measures/conditioning.js";
import { relativeError } from "../measures/relative-error.js";
import { settledState } from "../measures/settled-state.js";
import { asymmetryOf, stationaryJacobian } from "../measures/stationary-jacobian.js";
import { exactAtAnyNudge, flatError, powerLaw, type Subject, subject } from "./error-curves.js";
import { errorList, type Measurement, type Reproduction } from "./reproduction.js";

const UNITS = 8;
const SEEDS = [0, 1, 2];
const NUDGES = [1e-1, 1e-2, 1e-3, 1e-4];
const GAIN = 0.8;
const FIGURE = "Error of the gradient against the nudge";
const settle = carefulSolver();

/** Networks of the catalogue with random weights and biases, a weak input and a random target for every unit. */
const subjectsOf = (make: typeof rateNetwork | typeof asymmetricHopfieldNetwork) => (): Subject[] => {
  const { system } = make({ units: UNITS });
  const task = learningTask(system, { target: { y: [UNITS] }, cost: { final: "sum((x - y)^2)/2" } });
  return SEEDS.map((seed) => {
    const { parameters } = make({ units: UNITS, gain: GAIN, seed });
    const random = new RandomStream(100 + seed);
    const draw = (scale: number) => Float64Array.from({ length: UNITS }, () => scale * random.nextNormal());
    return subject(task, { parameters: { ...parameters, b: draw(0.3) }, input: { u: 0.3 }, target: { y: draw(1) } });
  });
};

const rateSubjects = subjectsOf(rateNetwork);
const hopfieldSubjects = subjectsOf(asymmetricHopfieldNetwork);

/** The reference of all rules, without nudges: equation (0) against differences of the settled cost. */
function measureReference(): Measurement {
  const measured = rateSubjects().map(({ task, data }) => {
    const exact = implicitDifferentiation({ settle }).gradient(task, data);
    return {
      error: relativeError(exact, finiteDifferences({ settle }).gradient(task, data)),
      asymmetry: asymmetryOf(stationaryJacobian(task, data)),
      abscissa: measureConditioning(task, data).abscissa,
    };
  });
  const asymmetries = measured.map(({ asymmetry }) => asymmetry.toFixed(2));
  return {
    summary: `${errorList(measured.map(({ error }) => error))}; |A|/|S| ${asymmetries.join(", ")}`,
    quantities: measured.flatMap(({ error, asymmetry, abscissa }, seed) => [
      { name: `error, seed ${seed}`, value: error, most: 1e-9 },
      { name: `|A|/|S|, seed ${seed}`, value: asymmetry, least: 0.3, most: 0.5 },
      { name: `spectral abscissa, seed ${seed}`, value: abscissa, most: -0.1 },
    ]),
  };
}

/** The split form of an energy against two nudged phases of half the nudge, entry by entry of the state. */
function measureDecoupledCopies(): Measurement {
  const { system, parameters, input } = hopfieldNetwork({ layers: [3, 5, 2], activation: "tanh" });
  const task = learningTask(system, { target: { y: [2] }, cost: { final: "sum((output - y)^2)/2" } });
  const nudge = 0.1;
  const given = { ...parameters, ...input, y: [0.5, -0.5] } as Values;
  const pair = settledState(doubled(task, { form: "split" }), settle, { ...given, nudge });
  const distance = ([1, -1] as const).flatMap((side) => {
    const alone = settledState(nudged(task), settle, { ...given, nudge: (side * nudge) / 2 });
    return system.state.map(({ name }) => {
      const [middle, apart, expected] = [pair[name], pair[derivedName(name, "difference")], alone[name]] as const;
      const copy = (middle as Float64Array).map((value, k) => value + (side / 2) * (apart?.[k] as number));
      return Math.max(...copy.map((value, k) => Math.abs(value - (expected?.[k] as number))));
    });
  });
  const apart = Math.max(
    ...system.state.map(({ name }) => Math.hypot(...(pair[derivedName(name, "difference")] ?? []))),
  );
  return {
    summary: `${errorList([Math.max(...distance)])}, of copies that are ${apart.toExponential(1)} apart`,
    quantities: [
      { name: "largest difference of a state", value: Math.max(...distance), most: 1e-13 },
      { name: "distance of the copies", value: apart, least: 1e-3 },
    ],
  };
}

/** Rules for forces without an energy, on small recurrent networks. */
export const nonConservativeRules: Reproduction = {
  name: "non-conservative-rules",
  title: "Equilibrium propagation beyond energies: small recurrent networks",
  source: "Scurria et al. 2026 (arXiv 2602.03670); numbers of the notes on it, section 4",
  figures: [
    {
      title: FIGURE,
      subtitle: `relative L2 error, the worst of ${SEEDS.length} networks of ${UNITS} units`,
      x: { label: "nudge", scale: "log" },
      y: { label: "error", scale: "log" },
      slopes: [
        { slope: 1, through: [1e-2, 8e-2], over: [1e-4, 2e-2] },
        { slope: 2, through: [1e-2, 1e-5], over: [1e-4, 1e-1] },
      ],
    },
  ],
  items: [
    {
      item: "implicit differentiation against finite differences, rate networks of 8 units, 3 seeds",
      published: "3-4e-11, |A|/|S| .36-.41",
      note: "Finite differences are extrapolated (Richardson) here, plain in the source. A and S are the antisymmetric and symmetric parts of the Jacobian.",
      measure: measureReference,
    },
    {
      item: "vector-field rule",
      published: ".51-1.05, flat in the nudge",
      measure: () =>
        flatError({
          subjects: rateSubjects(),
          nudges: NUDGES,
          makeRule: (nudge) => vectorFieldRule({ nudge, settle }),
          least: 0.3,
          spread: 0.1,
          figure: FIGURE,
          name: "vector field",
        }),
    },
    {
      item: "AsymEP, one-sided",
      published: "7e-2, 8e-3, 8e-4, 8e-5",
      measure: () =>
        powerLaw({
          subjects: rateSubjects(),
          nudges: NUDGES,
          makeRule: (nudge) => asymmetricEquilibriumPropagation({ nudge, nudging: "one-sided", settle }),
          order: 1,
          most: 5e-4,
          figure: FIGURE,
          name: "AsymEP one-sided",
        }),
    },
    {
      item: "AsymEP, centred",
      published: "1.3e-2, 1.4e-4, 1.4e-6, 1.4e-8",
      measure: () =>
        powerLaw({
          subjects: rateSubjects(),
          nudges: NUDGES,
          makeRule: (nudge) => asymmetricEquilibriumPropagation({ nudge, settle }),
          order: 2,
          most: 2e-7,
          figure: FIGURE,
          name: "AsymEP centred",
        }),
    },
    {
      item: "Dyadic EP (A), cost at the midpoint, nudge 1 to 1e-3",
      published: "3-4e-11 throughout",
      note: "The source compares Dyadic EP with finite differences and sees their error; here it is compared with implicit differentiation, as all rules are.",
      measure: () =>
        exactAtAnyNudge({
          subjects: rateSubjects(),
          nudges: [1, 1e-1, 1e-2, 1e-3],
          makeRule: (nudge) => dyadicEquilibriumPropagation({ nudge, settle }),
          most: 1e-9,
          figure: FIGURE,
          name: "Dyadic (A)",
        }),
    },
    {
      item: "Dyadic EP (B), cost on the copies",
      published: "4e-3, 4e-5, 4e-7",
      measure: () =>
        powerLaw({
          subjects: rateSubjects(),
          nudges: NUDGES.slice(0, 3),
          makeRule: (nudge) => dyadicEquilibriumPropagation({ nudge, cost: "copies", settle }),
          order: 2,
          most: 5e-6,
          figure: FIGURE,
          name: "Dyadic (B)",
        }),
    },
    {
      item: "split form (C)",
      published: "1e-3, 1e-5",
      note: "The split form and the contrast need a force whose conservative part is known: -x + rho'(x) (W rho(x) + b) with independent weights.",
      measure: () =>
        powerLaw({
          subjects: hopfieldSubjects(),
          nudges: NUDGES.slice(0, 3),
          makeRule: (nudge) => dyadicEquilibriumPropagation({ nudge, form: "split", settle }),
          order: 2,
          most: 5e-6,
        }),
    },
    {
      item: "AsymEP, contrast form",
      published: "at most 7e-3, 7e-5, 7e-7",
      measure: () =>
        powerLaw({
          subjects: hopfieldSubjects(),
          nudges: NUDGES.slice(0, 3),
          makeRule: (nudge) => asymmetricEquilibriumPropagation({ nudge, energyPart: "contrast", settle }),
          order: 2,
          most: 2e-5,
        }),
    },
    {
      item: "split form (C) of an energy against EP at plus and minus half the nudge",
      published: "states agree to 8e-15",
      measure: measureDecoupledCopies,
    },
  ],
};
