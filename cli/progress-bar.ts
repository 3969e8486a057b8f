import { Presets, SingleBar } from "cli-progress";

/** A bar on a terminal; without one, nothing is drawn and callers' own lines tell how far the work is. */
export interface ProgressBar {
  start(title: string): void;
  /** @param fraction of the work done, 0 to 1 */
  update(fraction: number, detail: string): void;
  stop(): void;
}

const STEPS = 1000;

/** See {@link ProgressBar}. */
export function progressBar(): ProgressBar {
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    start(title) {
      stop();
      bar = new SingleBar(
        {
          format: `${title} {bar} {percentage}%  {detail}`,
          hideCursor: true,
          clearOnComplete: true,
          stopOnComplete: false,
        },
        Presets.shades_classic,
      );
      bar.start(STEPS, 0, { detail: "" });
    },
    update(fraction, detail) {
      bar?.update(Math.round(fraction * STEPS), { detail });
    },
    stop,
  };
}

/** Seconds for people: 45 s, 3 min 20 s. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
