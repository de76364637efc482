/** What the server's answers mean. */

/** Whether the same request may succeed later, by the status of an answer or of a problem. */
export const mayPass = ({ status }: { status: number }) => status >= 500 || status === 429 || status === 408;

/** The JSON of an answer, also of a refusal; undefined when it is none. */
// biome-ignore lint/suspicious/noExplicitAny: each caller reads the fields of the contract
export const answerOf = (response: Response): Promise<any> => response.json().catch(() => undefined);
