/** Prices as people read them. */

const EURO = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });

/** `49` -> `€49.00`. Amounts are in euros. */
export function money(amount: number): string {
  return EURO.format(amount);
}

/** Sums in cents, so that 0.1 + 0.2 is 0.3. */
export function sum(amounts: readonly number[]): number {
  return amounts.reduce((cents, amount) => cents + Math.round(amount * 100), 0) / 100;
}
