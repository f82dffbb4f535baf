import { pathToFileURL } from "node:url";
import { openHistory } from "../../src/history/sqlite.ts";
import { newAttempt, newDelivery } from "./samples.ts";

/** 3,000 bytes that tell the writer and the number. */
export function payloadOf(name: string, number: number): Buffer {
  return Buffer.from(`${name}:${String(number).padStart(4, "0")}`.padEnd(3000, "\xff"), "latin1");
}

/** Records so many at a time, and prints id and number of each one as soon as it and its attempt are on record. */
async function write(folder: string, name: string, count: number, atOnce: number): Promise<void> {
  const history = await openHistory(folder);
  const writeOne = async (number: number): Promise<void> => {
    const id = await history.record(newDelivery({ createdAt: Date.now(), body: payloadOf(name, number) }));
    await history.update(id, { attempt: newAttempt(), outcome: "delivered" });
    process.stdout.write(`${id} ${number}\n`);
  };
  for (let number = 0; number < count; number += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, count - number) }, (_, index) => writeOne(number + index)));
  }
  await history.close();
}

const [, script = "", folder = "", name = "", count = "", atOnce = "10"] = process.argv;
if (pathToFileURL(script).href === import.meta.url) await write(folder, name, Number(count), Number(atOnce));
