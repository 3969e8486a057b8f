export type {
  BlockDeclaration,
  Declarations,
  ParameterDeclaration,
  StateDeclaration,
} from "../core/block-declarations.js";
export type { ExpressionSource, Symbols } from "../core/expression-source.js";
export { type CanonicalMapNames, canonicalMap } from "./canonical-map.js";
export * from "./catalogue/index.js";
export { type EnergySystemDeclaration, energySystem } from "./energy-system.js";
export { type ForceSystemDeclaration, forceSystem } from "./force-system.js";
export { type HamiltonianSystemDeclaration, hamiltonianSystem } from "./hamiltonian-system.js";
export { type BlockJson, SYSTEM_JSON_FORMAT, type SystemJson, systemFromJson, systemToJson } from "./json.js";
export { type LagrangianSystemDeclaration, lagrangianSystem, type VelocityNames } from "./lagrangian-system.js";
export { type LayeredActionDeclaration, layeredAction } from "./layered-action.js";
export { type MapSystemDeclaration, mapSystem } from "./map-system.js";
export {
  type NativeArrays,
  type NativeField,
  type NativeGroups,
  type NativeSeparableSystemDeclaration,
  type NativeSystemDeclaration,
  nativeSeparableSystem,
  nativeSystem,
} from "./native-system.js";
export { type SkewGradientSystemDeclaration, skewGradientSystem } from "./skew-gradient-system.js";
export { type StackedNames, type StackedSystemOptions, stackedSystem } from "./stacked-system.js";
