/** Waiting for what happens over a real network, with or without fake timers. */

const PATIENCE = 5_000;
const { setTimeout, Date: RealDate } = globalThis;
const now = RealDate.now;

/** Resolves to the first truthy value of `condition`; fails when it takes too long. */
export async function until<T>(condition: () => T, what = condition.toString()): Promise<NonNullable<T>> {
  for (const deadline = now() + PATIENCE; ; ) {
    const value = condition();
    if (value) return value;
    if (now() > deadline) throw new Error(`still waiting for ${what}`);
    await turn();
  }
}

/** Lets what is under way on the loopback network arrive. */
export async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Long enough for something to arrive that should not. */
export async function settle(): Promise<void> {
  for (let index = 0; index < 30; index++) await turn();
}
