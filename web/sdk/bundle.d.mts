export function bundle(entries: Record<string, string>, format?: "es" | "iife"): Promise<Record<string, string>>;
export function weigh(file: string): Promise<number>;
