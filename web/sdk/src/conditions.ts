/**
 * @befit/browser/conditions: befit's conditions in the browser, with the server's answers.
 *
 * An interpreter of the portable form in which releases hold conditions. No text is run as code: it works under
 * `script-src 'self'`.
 */

import type { Variables } from "./conditions/input";
import { build, type Node } from "./conditions/interpreter";
import type { Value } from "./conditions/values";

export { Double, toJson, type Variables } from "./conditions/input";
export type { Node } from "./conditions/interpreter";
export { Duration, Timestamp } from "./conditions/time";
export { CelMap, ConditionError, Optional, TypeName, UInt, type Value } from "./conditions/values";

export interface Condition {
  /** True only if the expression is definitely true; an error or a missing value makes it false. */
  test(variables: Variables): boolean;
  /** The exact value. Throws ConditionError. */
  value(variables: Variables): Value;
}

/** `ast`: an expression in portable form, as a release holds it. Throws ConditionError for a literal that is none. */
export function compile(ast: Node): Condition {
  const run = build(ast);
  const value = (input: Variables) => run({ input, bound: {} });
  const test = (input: Variables) => {
    try {
      return value(input) === true;
    } catch {
      return false;
    }
  };
  return { test, value };
}
