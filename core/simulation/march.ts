import { type Expression, sizeOf, topologicalOrder } from "../expression/expression.js";
import { symbolsOf } from "../expression/primitives/leaves.js";
import type { StateArray } from "../system.js";
import { timeAt } from "./clock.js";
import { explainFailure, SimulationError, type SimulationFailure } from "./failure.js";
import type { SimulationResult, SimulationStatus } from "./result.js";
import type { Run } from "./run.js";
import { indexOf } from "./values.js";

/** A chunk should take about so long: short enough for a progress bar and for giving way to other work. */
const CHUNK_MILLISECONDS = 25;

const REPORTS = 100;

const REPORT_MILLISECONDS = 100;

/**
 * Takes the steps of a run in chunks and pauses before each. The one engine behind the synchronous and the asynchronous
 * driver: a driver resumes with `true` to stop the run.
 *
 * Chunks adapt to the speed of the machine; results do not depend on them. After each, the state is checked: a chunk that
 * ends with a value that is not finite is taken again from its start, step by step, to find the first such value.
 *
 * @throws SimulationError with what was computed before
 */
export function* march(run: Run): Generator<void, SimulationResult, boolean> {
  const { clock, recorder, state } = run;
  const kept = Object.fromEntries(Object.entries(state).map(([name, buffer]) => [name, buffer.slice()]));
  const reportEvery = Math.max(1, Math.ceil(clock.steps / REPORTS));
  const started = performance.now();
  let lastReport = started;
  let done = 0;
  let chunk = 1;
  let interrupted = false;
  if (recorder.next() === 0) recorder.record(0);
  while (done < clock.steps && !interrupted && !(yield)) {
    copyState(state, kept);
    const nextReport = (Math.floor(done / reportEvery) + 1) * reportEvery;
    const end = Math.min(done + chunk, nextReport, clock.steps);
    const before = performance.now();
    takeSteps(run, done, end);
    if (firstNotFinite(run) !== undefined) throw failureOf(run, done, end, kept);
    done = end;
    const now = performance.now();
    if (now - before < CHUNK_MILLISECONDS / 2) chunk = Math.min(2 * chunk, run.longestCall);
    else if (now - before > CHUNK_MILLISECONDS) chunk = Math.max(1, chunk >> 1);
    if (
      run.onProgress !== undefined &&
      (done === nextReport || done === clock.steps || now - lastReport > REPORT_MILLISECONDS)
    ) {
      lastReport = now;
      const elapsedSeconds = (now - started) / 1000;
      const fraction = done / clock.steps;
      const remainingSeconds = (elapsedSeconds * (clock.steps - done)) / done;
      interrupted = run.onProgress({ fraction, steps: done, elapsedSeconds, remainingSeconds }) === false;
    }
  }
  return resultOf(run, done, done < clock.steps ? "interrupted" : "completed");
}

/** Takes the steps from `done` to `end`, at most {@link Run.longestCall} of them, and saves on the way. */
function takeSteps(run: Run, done: number, end: number): void {
  const { recorder, loop } = run;
  let step = done;
  while (step < end) {
    const stop = Math.min(end, recorder.next());
    run.fillRows(step, stop - step);
    loop.run(step, stop - step);
    step = stop;
    if (recorder.next() === step) recorder.record(step);
  }
}

function copyState(from: Readonly<Record<string, Float64Array>>, to: Readonly<Record<string, Float64Array>>): void {
  for (const name in from) (to[name] as Float64Array).set(from[name] as Float64Array);
}

/** A place in the state: the block and the flat position in its buffer. */
interface Place {
  readonly block: string;
  readonly position: number;
}

function firstNotFinite({ state }: Run): Place | undefined {
  for (const block in state) {
    const buffer = state[block] as Float64Array;
    for (let position = 0; position < buffer.length; position++) {
      if (!Number.isFinite(buffer[position])) return { block, position };
    }
  }
  return undefined;
}

/** Repeats the steps from `done` to `end` one by one from the kept state, and reports the first bad value. */
function failureOf(run: Run, done: number, end: number, kept: Readonly<Record<string, Float64Array>>): SimulationError {
  let place = firstNotFinite(run) as Place;
  let value = valueAt(run, place);
  copyState(kept, run.state);
  let step = done;
  for (; step < end; step++) {
    copyState(run.state, kept);
    run.fillRows(step, 1);
    run.loop.run(step, 1);
    const found = firstNotFinite(run);
    if (found === undefined) continue;
    place = found;
    value = valueAt(run, found);
    break;
  }
  copyState(kept, run.state);
  const failing = Math.min(step, end - 1);
  run.recorder.forgetAfter(failing);
  const failure = describe(run, failing, place, value);
  return new SimulationError(failure, resultOf(run, failing, "failed"));
}

const valueAt = ({ state }: Run, { block, position }: Place): number =>
  (state[block] as Float64Array)[position] as number;

function describe(run: Run, step: number, { block, position }: Place, value: number): SimulationFailure {
  const { system, clock, program } = run;
  const { shape } = system.state.find(({ name }) => name === block) as (typeof system.state)[number];
  const size = sizeOf(shape);
  const lane = Math.floor(position / size);
  const next = program.loop.carried.map((carried) => carried.next);
  return {
    step,
    time: timeAt(clock, step),
    stepSize: clock.step,
    block,
    component: indexOf(shape, position % size),
    trajectory: run.trajectories === undefined ? undefined : lane,
    value,
    reason: explainFailure(next, bindingsOf(run, next, step, lane), clock.step),
  };
}

/** All symbols of one step of one trajectory; the rows of the step must be filled, at the start of their buffers. */
function bindingsOf(run: Run, next: readonly Expression[], step: number, lane: number): Record<string, Float64Array> {
  const { program, loop, perTrajectory, state } = run;
  const bindings: Record<string, Float64Array> = {};
  for (const [name, node] of symbolsOf(topologicalOrder(next))) {
    const size = sizeOf(node.shape);
    const offset = perTrajectory.has(name) || name in state ? lane * size : 0;
    const buffer = node === program.loop.stepIndex ? Float64Array.of(step) : (loop.rows[name] ?? loop.inputs[name]);
    bindings[name] = (buffer as Float64Array).slice(offset, offset + size);
  }
  return bindings;
}

function resultOf(run: Run, steps: number, status: SimulationStatus): SimulationResult {
  const { system, integrator, clock, parameters, inputs, seed, trajectories } = run;
  const lead = trajectories === undefined ? [] : [trajectories];
  const final = system.state.map(({ name, shape }): [string, StateArray] => {
    return [name, { data: (run.state[name] as Float64Array).slice(), shape: [...lead, ...shape] }];
  });
  return {
    ...run.recorder.saved(),
    final: Object.fromEntries(final),
    status,
    steps,
    system,
    integrator,
    parameters,
    inputs,
    clock,
    seed,
    trajectories,
  };
}
