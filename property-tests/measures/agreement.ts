import { type PropertyOptions, PropertyViolation } from "../verification/verification-property.js";

/** Two numbers that must agree. */
export interface AgreementEntry {
  /** For example `dH/dp[2]`. */
  readonly at: string;
  readonly found: number;
  readonly expected: number;
}

/** What numbers that must agree are measured by. */
export interface AgreementOptions {
  /** The property's name. */
  readonly property: string;
  /** The largest difference, as a part of the scale. */
  readonly tolerance: number;
  /** The size of the numbers compared; by default the largest of those expected. */
  readonly scale?: number;
  /** The noise floor: a difference up to this is rounding, or the error bar of what is expected. @defaultValue 0 */
  readonly floor?: number;
  /** What most likely is wrong, as a clause. */
  readonly likely?: string;
  /** Whether the point lies at a branch switch, where a derivative has two values; asked only before a failure. */
  readonly atBranchSwitch?: () => boolean;
}

/** A floor above this part of the scale hides too much: the case decides nothing. */
const HIDDEN = 1e-3;

/**
 * Demands that numbers agree to `tolerance * scale + floor`. A case is inconclusive where the floor is so high that it would
 * hide a wrong factor, where an expected number is not finite, and where it fails at a branch switch.
 *
 * @throws PropertyViolation for the entry that is furthest off
 */
export function requireAgreement(
  entries: readonly AgreementEntry[],
  options: AgreementOptions,
  { inconclusive }: PropertyOptions,
): void {
  const { property, tolerance, floor = 0, likely, atBranchSwitch } = options;
  if (entries.some(({ expected }) => !Number.isFinite(expected))) inconclusive("what is expected is not finite here");
  const scale = options.scale ?? entries.reduce((most, { expected }) => Math.max(most, Math.abs(expected)), 0);
  const errorOf = ({ found, expected }: AgreementEntry): number => {
    const error = Math.abs(found - expected);
    return Number.isNaN(error) ? Infinity : error;
  };
  const worst = entries.reduce<AgreementEntry | undefined>(
    (most, entry) => (most === undefined || errorOf(entry) > errorOf(most) ? entry : most),
    undefined,
  );
  if (worst === undefined) return;
  const allowed = tolerance * scale + floor;
  const error = errorOf(worst);
  // Below the floor nothing is decided, unless everything there is to compare is rounding itself.
  if (error <= allowed) {
    if (floor > HIDDEN * scale && error > tolerance * scale && floor > ROUNDING_OF_NOTHING) {
      inconclusive("rounding hides what is compared");
    }
    return;
  }
  if (atBranchSwitch?.()) inconclusive("the point is at a branch switch");
  throw new PropertyViolation({
    property,
    ...worst,
    error: scale > 0 ? error / scale : error,
    tolerance: scale > 0 ? allowed / scale : allowed,
    ...(likely === undefined ? {} : { likely }),
  });
}

/** Floors below this belong to numbers that cancel to nothing. */
const ROUNDING_OF_NOTHING = 1e-13;
