/** Runs what the browser may forbid or the outside may have spoiled; undefined when it throws. */
export function attempt<T>(run: () => T, failed?: (error: unknown) => void): T | undefined {
  try {
    return run();
  } catch (error) {
    failed?.(error);
    return undefined;
  }
}
