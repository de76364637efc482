/** Long poll: each request waits on the server until something changed. The first does not, to show that it works. */

import { answerOf } from "../../delivery/response";
import { addressOf, type Transport } from "./base";

/** Seconds that the server may hold a request. */
const WAIT = 25;
/** Milliseconds until the next request when nothing changed, should something answer them all at once. */
const PAUSE = 500;

export const poll: Transport = async ({ since, ...target }, { message, alive }, signal) => {
  for (let wait = 0; ; wait = WAIT) {
    const response = await fetch(addressOf("/v1/poll", { ...target, since }, wait), { signal });
    const answer = await answerOf(response);
    if (response.status >= 400) return answer;
    since = answer?.id ?? since;
    for (const decision of answer?.decisions ?? []) message(decision, since);
    if (answer?.profile) message(answer.profile, since);
    alive();
    if (!answer?.decisions?.length) await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
};
