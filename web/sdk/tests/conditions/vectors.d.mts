import type * as Cel from "../../src/conditions";

export interface Vector {
  source: string;
  ast: Cel.Node;
  variables: Record<string, Cel.Node>;
  json?: Record<string, unknown>;
  value?: Cel.Node;
  error?: string;
}
export function differences(cel: typeof Cel, vector: Vector): string[];
