import { Matrix } from "ml-matrix";
import { defaultBackend } from "../../core/compile/choose.js";
import type { Backend, CompiledFunction } from "../../core/compile/program.js";
import { gradient } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf, topologicalOrder } from "../../core/expression/expression.js";
import { constant } from "../../core/expression/functions.js";
import { jacobianMatrix } from "../../core/expression/jacobian-matrix.js";
import { symbolsOf } from "../../core/expression/primitives/leaves.js";
import { substituteOne } from "../../core/expression/transform.js";
import { canonicalSteps, momentumSymbols, separated } from "../../core/layers/canonical-steps.js";
import { FLAT_LAYER, flattened, layerSize } from "../../core/layers/flattened.js";
import type { LayerTarget } from "../../core/layers/layer-cost.js";
import type { LayerParameters } from "../../core/layers/layer-values.js";
import {
  type LayeredAction,
  layerSymbols,
  momentaOf,
  momentumName,
  nextName,
} from "../../core/layers/layered-action.js";

/** What the programs compute, by name. */
type ProgramName = "forward" | "backward" | "tangent" | "momenta" | "curvature" | "slopes" | "cost";

/** What is compiled for an action is kept as long as the action is, by backend and cost. */
const kept = new WeakMap<LayeredAction, LayerPrograms[]>();

/** What {@link layerPrograms} loads. */
export interface LayerData {
  /** The number of couplings. */
  readonly layers: number;
  readonly parameters: LayerParameters;
  readonly end?: LayerTarget | undefined;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend | undefined;
}

/**
 * The programs of an action with these data loaded. They are compiled once for an action, a cost and a backend, so that a
 * training does not compile at every step: the next call for the same three replaces the data.
 */
export function layerPrograms(
  action: LayeredAction,
  { backend = defaultBackend(), ...data }: LayerData,
): LayerPrograms {
  const known = kept.get(action) ?? [];
  kept.set(action, known);
  const cost = data.end?.cost.cost ?? constant(0);
  let programs = known.find((each) => each.backend === backend && each.cost === cost);
  if (programs === undefined) {
    programs = new LayerPrograms(action, backend, cost);
    known.push(programs);
  }
  programs.load(data);
  return programs;
}

/**
 * The compiled functions of a layered action and a cost. A layer is one vector, all blocks joined. The programs read
 * {@link layer}, {@link next} and {@link momentum}; what they return are their own buffers, which the next call overwrites.
 */
export class LayerPrograms {
  readonly layer: Float64Array;
  readonly next: Float64Array;
  readonly momentum: Float64Array;
  /** Per entry of a layer: 1 where it descends the scalar, -1 where it climbs it (inhibitors). */
  readonly descent: Float64Array;
  private data: Omit<LayerData, "backend"> = { layers: 0, parameters: {} };
  private readonly flat: LayeredAction;
  private readonly bind: Record<string, Float64Array>;
  private readonly compiled = new Map<ProgramName, CompiledFunction>();

  constructor(
    private readonly action: LayeredAction,
    readonly backend: Backend,
    readonly cost: Expression,
  ) {
    this.flat = flattened(action);
    this.layer = new Float64Array(layerSize(action));
    this.next = new Float64Array(layerSize(action));
    this.momentum = new Float64Array(layerSize(action));
    this.descent = Float64Array.from(
      action.layer.flatMap(({ shape, role }) => new Array<number>(sizeOf(shape)).fill(role === "inhibitor" ? -1 : 1)),
    );
    this.bind = {
      [FLAT_LAYER]: this.layer,
      [nextName(FLAT_LAYER)]: this.next,
      [momentumName(FLAT_LAYER)]: this.momentum,
    };
    const others = symbolsOf(topologicalOrder([action.coupling, this.cost]));
    for (const [name, { shape }] of others) this.bind[name] ??= new Float64Array(sizeOf(shape));
  }

  /** The number of couplings. */
  get layers(): number {
    return this.data.layers;
  }

  /** Replaces parameters and targets. */
  load(data: Omit<LayerData, "backend">): void {
    this.data = data;
    for (const { name } of this.action.shared) this.bind[name]?.set(data.parameters[name] as Float64Array);
    for (const [name, values] of Object.entries(data.end?.target ?? {})) this.bind[name]?.set(values);
  }

  /** The number of entries of a layer. */
  get size(): number {
    return this.layer.length;
  }

  /** Moves layer and momentum over the coupling `index`, to the next layer. */
  advance(index: number): void {
    this.move("forward", index);
  }

  /** Moves layer and momentum back over the coupling `index`. */
  retreat(index: number): void {
    this.move("backward", index);
  }

  /** The Jacobian of a step over the coupling `index` from layer and momentum, rows and columns (x, P). */
  tangent(index: number): Matrix {
    return this.matrix(this.run("tangent", index)[0] as Float64Array, 2 * this.size);
  }

  /** P_i = -dL/dx_i and P_(i+1) = dL/dx_(i+1) of the coupling `index` between layer and next. */
  momenta(index: number): readonly [before: Float64Array, after: Float64Array] {
    return this.run("momenta", index) as unknown as readonly [Float64Array, Float64Array];
  }

  /** The second derivatives of the coupling `index` between layer and next. */
  curvature(index: number): { readonly here: Matrix; readonly mixed: Matrix; readonly next: Matrix } {
    const [here, mixed, next] = this.run("curvature", index).map((values) => this.matrix(values, this.size)) as [
      Matrix,
      Matrix,
      Matrix,
    ];
    return { here, mixed, next };
  }

  /** dL/d(parameter) of the coupling `index` between layer and next: its own parameters, then the shared ones. */
  slopes(index: number): readonly Float64Array[] {
    return this.run("slopes", index);
  }

  /** The cost of layer, its gradient and its Hessian; all zero without a cost. */
  costs(): { readonly value: number; readonly slope: Float64Array; readonly curvature: Matrix } {
    const [value, slope, curvature] = this.run("cost", 0) as [Float64Array, Float64Array, Float64Array];
    return { value: value[0] as number, slope, curvature: this.matrix(curvature, this.size) };
  }

  private move(program: "forward" | "backward", index: number): void {
    const [layer, momentum] = this.run(program, index);
    this.layer.set(layer as Float64Array);
    this.momentum.set(momentum as Float64Array);
  }

  private matrix(values: Float64Array, columns: number): Matrix {
    return Matrix.from1DArray(values.length / columns, columns, values);
  }

  /** Runs a program with the parameters of the coupling `index`. */
  private run(name: ProgramName, index: number): readonly Float64Array[] {
    let program = this.compiled.get(name);
    if (program === undefined) {
      program = this.backend.compileFunction({ outputs: this.outputs(name) }, { bind: this.bind });
      this.compiled.set(name, program);
    }
    for (const { name: own } of this.action.own) {
      const values = this.bind[own];
      const all = this.data.parameters[own] as Float64Array;
      values?.set(all.subarray(index * values.length, (index + 1) * values.length));
    }
    program.run();
    return program.outputs;
  }

  private outputs(name: ProgramName): readonly Expression[] {
    const { flat } = this;
    const [here] = layerSymbols(flat) as [Expression];
    const [next] = flat.next as readonly [Expression];
    switch (name) {
      case "forward":
      case "backward": {
        const { layer, momenta } = canonicalSteps(flat)[name];
        return [...layer, ...momenta];
      }
      case "tangent": {
        const { layer, momenta } = canonicalSteps(flat).forward;
        return [jacobianMatrix([...layer, ...momenta], [here, ...momentumSymbols(flat)])];
      }
      case "momenta": {
        const { before, after } = momentaOf(flat);
        return [...before, ...after];
      }
      case "curvature": {
        const [slope, nextSlope] = gradient(flat.coupling, [here, next]) as [Expression, Expression];
        return [jacobianMatrix([slope], [here]), jacobianMatrix([slope], [next]), jacobianMatrix([nextSlope], [next])];
      }
      case "slopes":
        return gradient(
          flat.coupling,
          [...flat.own, ...flat.shared].map((block) => block.symbol),
        );
      case "cost": {
        const cost = this.flatCost(here);
        const slope = gradient(cost, [here]);
        return [cost, ...slope, jacobianMatrix(slope, [here])];
      }
    }
  }

  private flatCost(here: Expression): Expression {
    const symbols = layerSymbols(this.action);
    const parts = separated(here, symbols);
    return substituteOne(this.cost, new Map(symbols.map((each, k) => [each, parts[k] as Expression])));
  }
}
