import { fit, shapeOf, type Shape } from "../../dumps/shape.ts";
import { scanEventHead } from "../../model/event-scan.ts";
import { eventHeadOf } from "../../model/event.ts";
import type { Secret } from "../../model/secret.ts";
import { hmacRoom } from "../../signatures/hmac.ts";
import { middleOfEvent } from "../views/verification.ts";

/**
 * Draws plainly valid requests without reading them whole, when they are like others that were: the requests of a large
 * file, or of a folder, mostly come from one program. It only ever says "valid": all else takes reading.
 */
export interface Alike {
  /** What is said of a dump but for its place; undefined when it must be read. */
  drawn(dump: Buffer): string | undefined;
  /** The dump that was not drawn was read and is plainly valid: those like it are drawn from now on. */
  learn(dump: Buffer): void;
}

/** Each is tried in turn; of a mixture of more than these most are read. */
const mostShapes = 16;

/** So many are learned before it must have paid. */
const learnedInGoodFaith = 4 * mostShapes;

/** @param signs the secret that plainly valid requests match */
export function createAlike(signs: Secret): Alike {
  const hmac = hmacRoom(signs);
  const shapes: Shape[] = [];
  const count = { learned: 0, drawn: 0 };
  /** The last dump was like another, whatever kept it from being drawn: there is nothing to learn from it. */
  let isLike = false;
  const mayPay = (dump: Buffer): boolean =>
    dump.length <= hmac.room.length && (count.learned < learnedInGoodFaith || count.drawn > count.learned);
  return {
    drawn(dump) {
      isLike = false;
      if (!mayPay(dump)) return undefined;
      for (const shape of shapes) {
        const fitting = fit(shape, dump, hmac.room);
        if (fitting === undefined) continue;
        isLike = true;
        const { digits, text, length, quotes } = fitting;
        // A dump is no oracle: nobody can try digit after digit here and measure how long each takes.
        if (digits !== hmac.hexOf(length)) return undefined;
        const { event, callId } = (quotes < 0 ? undefined : scanEventHead(text, quotes)) ?? eventHeadOf(text);
        // What is no event is told by its method and target.
        if (event === null) return undefined;
        count.drawn += 1;
        return middleOfEvent(event, callId, length);
      }
      return undefined;
    },
    learn(dump) {
      if (isLike || !mayPay(dump)) return;
      const shape = shapeOf(dump);
      if (shape === undefined) return;
      count.learned += 1;
      shapes.unshift(shape);
      if (shapes.length > mostShapes) shapes.pop();
    },
  };
}
