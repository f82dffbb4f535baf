import { member } from "../json.ts";
import { producerFormat } from "../values/producer.ts";

/**
 * pino's lines, from pino-http and Fastify as well. They hold what the program logged: mostly the parsed body.
 *
 * @see https://getpino.io
 */
export const pino = producerFormat({
  name: "pino",
  description: "lines of pino, pino-http and Fastify",
  marks: ["level"],
  isRecord: (node) =>
    member(node, "level") !== undefined &&
    member(node, "time") !== undefined &&
    ["pid", "hostname", "msg", "req", "reqId"].some((name) => member(node, name) !== undefined),
  advice: {
    reserialised:
      "The log has the body parsed: log rawBody from before the JSON parser (Express: express.json({ verify }); Fastify: fastify-raw-body).",
    absent: "The line has headers only: log rawBody from before the JSON parser as well.",
  },
});
