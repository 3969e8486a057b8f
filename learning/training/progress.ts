/** How far a training is, and how it goes. */
export interface TrainingProgress {
  /** The epoch under way, counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  /** Batches of an epoch. */
  readonly batches: number;
  /** Examples learned from in all epochs so far. */
  readonly examples: number;
  /** Examples over those of all epochs, 0 to 1. */
  readonly fraction: number;
  readonly examplesPerSecond: number;
  /** Since `train` was called. */
  readonly elapsedSeconds: number;
  /** Extrapolated from the examples since `train` was called. */
  readonly remainingSeconds: number;
  /** Mean cost over the examples of this epoch so far. */
  readonly cost: number;
  /** The largest residual of a phase in the last batch. */
  readonly residual: number;
  /** The unsettled fraction of the phase that settles worst, averaged over the last batches. */
  readonly unsettled: number;
  /** What `validate` returned, in the report at the end of an epoch. */
  readonly validation?: Readonly<Record<string, number>>;
}

/** Where a training stands, without the time. */
export type TrainingPosition = Pick<
  TrainingProgress,
  "epoch" | "epochs" | "batch" | "batches" | "examples" | "cost" | "residual" | "unsettled"
>;

/** Work between two pauses that let the event loop turn, and between two reports. */
const PAUSE_MILLISECONDS = 50;

/** Measures speed and tells when it is time to pause. */
export class TrainingClock {
  private readonly started = performance.now();
  private lastPause = this.started;

  /**
   * @param examples learned from before the clock started
   * @param allExamples of all epochs
   */
  constructor(
    private readonly examples: number,
    private readonly allExamples: number,
  ) {}

  /** So much time has passed that the event loop should turn. */
  get isPauseDue(): boolean {
    return performance.now() - this.lastPause > PAUSE_MILLISECONDS;
  }

  /** Lets the event loop turn. */
  async pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.lastPause = performance.now();
  }

  /** Adds speed and time to a position. */
  progress(position: TrainingPosition, validation: Readonly<Record<string, number>> | undefined): TrainingProgress {
    const elapsedSeconds = (performance.now() - this.started) / 1000;
    const examplesPerSecond = (position.examples - this.examples) / elapsedSeconds;
    return {
      ...position,
      fraction: position.examples / this.allExamples,
      examplesPerSecond,
      elapsedSeconds,
      remainingSeconds: (this.allExamples - position.examples) / examplesPerSecond,
      ...(validation === undefined ? {} : { validation }),
    };
  }
}
