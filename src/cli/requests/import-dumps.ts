import { readDump } from "../../dumps/read.ts";
import type { History } from "../../history/store.ts";
import type { NewDelivery } from "../../model/delivery.ts";
import type { DumpedRequest } from "../../model/dump.ts";
import { TelepathError } from "../../model/errors.ts";
import type { Context } from "../context.ts";
import type { UnreadDump } from "../verify/big-dump.ts";
import { readBigDump } from "../verify/big-dumps.ts";
import { named, type DumpSource } from "../verify/dump-sources.ts";
import { createPauses, type Pauses } from "../verify/pauses.ts";
import type { ImportView } from "../views/import.ts";
import { sizeText } from "../views/text.ts";
import { importedDelivery, type EarlierImports, type ImportTerms } from "./import-requests.ts";

/** What all dumps of one import have in common. */
export interface ImportBatch {
  format: string | undefined;
  /** A file that is the only one fails the command; in a batch it is a line. */
  alone: boolean;
  terms: ImportTerms;
  /** Null when duplicates are welcome. */
  earlier: EarlierImports | null;
  history: History;
  view: ImportView;
}

/** So many wait for one commit: enough that commits do not count, few enough to be held. */
const deliveriesAtOnce = 200;
const bytesAtOnce = 8 * 1024 ** 2;
/** A request with a larger body is none that listen would take. */
const largestBody = 10 * 1024 ** 2;

/**
 * Puts the requests of all dumps on record. Memory stays bounded however large they are.
 *
 * @throws TelepathError when the only dump cannot be read; Interrupted, when what was read until then is on record
 */
export async function importAll(sources: readonly DumpSource[], batch: ImportBatch, context: Context): Promise<void> {
  const queue = commitQueue(batch);
  const turns = createPauses(context.interrupted);
  const pauses: Pauses = { due: () => (queue.isFull() ? queue.commit().then(() => turns.due()) : turns.due()) };
  try {
    for (const source of sources) {
      await pauses.due();
      await importDump(source, queue, pauses, batch);
    }
  } finally {
    await queue.commit();
  }
}

interface CommitQueue {
  add(delivery: NewDelivery): void;
  isFull(): boolean;
  commit(): Promise<void>;
}

function commitQueue({ history, view }: ImportBatch): CommitQueue {
  let waiting: NewDelivery[] = [];
  let bytes = 0;
  return {
    add(delivery) {
      waiting.push(delivery);
      bytes += delivery.body.length;
    },
    isFull: () => waiting.length >= deliveriesAtOnce || bytes >= bytesAtOnce,
    async commit() {
      const deliveries = waiting;
      [waiting, bytes] = [[], 0];
      const ids = await Promise.all(deliveries.map((delivery) => history.record(delivery)));
      for (const [index, delivery] of deliveries.entries()) {
        view.imported({ ...delivery, id: ids[index]!, attempts: [] });
      }
    },
  };
}

async function importDump(source: DumpSource, queue: CommitQueue, pauses: Pauses, batch: ImportBatch): Promise<void> {
  const { alone, view, earlier, format } = batch;
  earlier?.nextFile();
  try {
    const bytes = await bytesOf(source);
    if (bytes === undefined) return await importBigDump(source, queue, pauses, batch);
    const { requests } = named(source.name, () => readDump(bytes, { format }));
    view.read();
    for (const [index, request] of requests.entries()) {
      const name = requests.length === 1 ? source.name : `${source.name}, request ${index + 1}`;
      take(request, name, source.name, queue, batch);
      await pauses.due();
    }
  } catch (error) {
    if (!(error instanceof TelepathError) || alone) throw error;
    view.unreadable(source.name, error);
  }
}

/** Undefined for a file that is too large to be held. */
async function bytesOf(source: DumpSource): Promise<Buffer | undefined> {
  try {
    return await source.read();
  } catch (error) {
    if (error instanceof TelepathError && error.code === "INPUT_TOO_LARGE" && source.path !== null) return undefined;
    throw error;
  }
}

/** A dump of more than 64 MiB: what was read of it before something broke is on record. */
async function importBigDump(
  source: DumpSource,
  queue: CommitQueue,
  pauses: Pauses,
  batch: ImportBatch,
): Promise<void> {
  const { format, terms, view } = batch;
  let found = 0;
  let broken = 0;
  const next = (): string => {
    if (found === 0) view.read();
    found += 1;
    return `${source.name}, request ${found}`;
  };
  const failed = (error: TelepathError): void => {
    broken += 1;
    view.unreadable(source.name, error);
  };
  const reader = {
    found: ({ whole }: UnreadDump) => {
      for (const request of whole(readDump).requests) take(request, next(), source.name, queue, batch);
    },
    streamed(_format: string, _request: DumpedRequest, bytes: number) {
      const size = `${sizeText(bytes)}, and a request may have ${sizeText(largestBody)}`;
      failed(
        new TelepathError("INPUT_TOO_LARGE", `${next()}: its body has ${size}`, "verify streams bodies of any size"),
      );
    },
    broken: failed,
  };
  const { name, path } = source;
  try {
    await readBigDump(path!, { name, format, secrets: terms.secrets, pauses, reader, largestHeld: largestBody });
  } catch (error) {
    if (!(error instanceof TelepathError) || found === 0) throw error;
    failed(error);
  }
  if (found === 0 && broken === 0) throw new TelepathError("UNKNOWN_DUMP", `${name}: there is no request in it`);
}

/** Queues a request that is not on record. */
function take(request: DumpedRequest, name: string, file: string, queue: CommitQueue, batch: ImportBatch): void {
  const { terms, earlier, view } = batch;
  let delivery: NewDelivery;
  try {
    delivery = importedDelivery(request, name, terms);
  } catch (error) {
    if (!(error instanceof TelepathError)) throw error;
    view.unreadable(file, error);
    return;
  }
  const known = earlier?.find(delivery, request, terms, name);
  if (known === undefined) queue.add(delivery);
  else view.known(name, known);
}
