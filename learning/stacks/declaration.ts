import type {
  BlockDeclaration,
  Declarations,
  DefaultedNames,
  NamesOf,
  NoBlocks,
  ParameterDeclaration,
} from "../../core/block-declarations.js";
import type { ExpressionSource } from "../../core/expression-source.js";
import type { Integrator } from "../../core/integrator.js";
import type { BlockNames, DynamicalSystem } from "../../core/system.js";
import type { CostDeclaration } from "../task.js";

/** A formula of a layer, or a function of the symbols it may name. */
export type LayerSource = ExpressionSource<string>;

/**
 * A layer with a state: a system that is driven by the layers below it. Later layers and the cost read the state block
 * BLOCK of the layer LAYER as `LAYER_BLOCK`.
 */
export interface HamiltonianLayer<N extends BlockNames = BlockNames> {
  readonly system: DynamicalSystem<N>;
  /** Parameters of `input` and `initial` besides the system's own. */
  readonly parameters?: Declarations<ParameterDeclaration>;
  /**
   * What drives each input of the system during a step: an expression of the stack's inputs, of the layers before this
   * one (in the state they have after the step) and of the layer's parameters. A system without inputs has none.
   */
  readonly input?: { readonly [K in N["input"]]: LayerSource };
  /**
   * State blocks at the start: numbers, or expressions of the layer's and the system's parameters and of stack inputs
   * that do not vary.
   *
   * @defaultValue 0
   */
  readonly initial?: { readonly [K in N["state"]]?: LayerSource | number };
}

/** A layer without a state: at each step a function of what lies before it. */
export interface OrdinaryLayer {
  readonly parameters?: Declarations<ParameterDeclaration>;
  /** An expression of the stack's inputs, of the layers before this one and of the layer's own parameters. */
  readonly value: LayerSource;
}

/** The mean of a function over all steps; only the final cost may read it. */
export interface PoolingLayer {
  readonly parameters?: Declarations<ParameterDeclaration>;
  /** What is averaged: an expression as in {@link OrdinaryLayer}. */
  readonly mean: LayerSource;
}

/** A layer of a stack. */
export type LayerDeclaration = HamiltonianLayer | OrdinaryLayer | PoolingLayer;

/** Layers by name, from the bottom up. */
export type LayerDeclarations = Readonly<Record<string, LayerDeclaration>>;

type SystemNames<Layer> = Layer extends { readonly system: DynamicalSystem<infer N> } ? N : never;

type OwnParameters<Layer> = Layer extends { readonly parameters: infer P } ? P : NoBlocks;

type DefaultedOf<N extends BlockNames> = N extends { readonly defaults: infer Names extends string }
  ? Names
  : N["parameters"];

type EachLayer<L, Kind extends "state" | "parameters" | "defaults"> = {
  [K in keyof L & string]: {
    readonly state: [SystemNames<L[K]>] extends [never] ? K : `${K}_${SystemNames<L[K]>["state"]}`;
    readonly parameters: `${K}_${SystemNames<L[K]>["parameters"] | NamesOf<OwnParameters<L[K]>>}`;
    readonly defaults: `${K}_${DefaultedOf<SystemNames<L[K]>> | DefaultedNames<OwnParameters<L[K]>>}`;
  }[Kind];
}[keyof L & string];

/** The blocks of a stack: `LAYER_BLOCK` of systems, `LAYER` of other layers, and parameters `LAYER_PARAMETER`. */
export interface StackNames<L, I> {
  readonly state: EachLayer<L, "state">;
  readonly parameters: EachLayer<L, "parameters">;
  readonly input: NamesOf<I>;
  readonly defaults: EachLayer<L, "defaults">;
}

/** What `hamiltonianStack` takes. */
export interface StackDeclaration<L, I, T> {
  /** A name for people to read. */
  readonly name: string;
  /** What takes the steps of every layer's system. */
  readonly integrator: Integrator;
  /** The number of steps. */
  readonly steps: number;
  /** Input arrays by name: held rows, one per step, or constants. */
  readonly input?: I;
  /** Layers by name, from the bottom up. */
  readonly layers: L;
  /** Target arrays by name. */
  readonly target?: T;
  /** The cost, of layers as they are after a step, by their names in the stack. */
  readonly cost: CostDeclaration<EachLayer<L, "state" | "parameters"> | NamesOf<I> | NamesOf<T>>;
}

/** Declarations of a stack of any names. */
export type AnyStackDeclaration = StackDeclaration<
  LayerDeclarations,
  Declarations<BlockDeclaration>,
  Declarations<BlockDeclaration>
>;
