/** A thread of `verify` that dies in the middle of its second piece, when half of what it found has been sent. */
import { parentPort } from "node:worker_threads";

const post = parentPort.postMessage.bind(parentPort);
let messages = 0;
parentPort.postMessage = (message) => {
  messages += 1;
  if (messages === 1) return post(message);
  const outcomes = message.outcomes.slice(0, Math.ceil(message.outcomes.length / 2));
  post({ ...message, outcomes, items: undefined });
  process.exit(1);
};

await import("../../dist/bundle/verify-thread.js");
