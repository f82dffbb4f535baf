import { array, assert, integer, property, record, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeFrame, frameReader } from "../support/ngrok-edge/frames.ts";

describe("the frames of the stand-in edge", () => {
  it("are written as ngrok's agents write them", () => {
    const frame = { type: 1, flags: 3, stream: 5, body: Buffer.from("hi") };
    expect(encodeFrame(frame).toString("hex")).toBe("00000213000000056869");
  });

  it("are read back however the bytes are cut", () => {
    const frame = record({
      type: integer({ min: 0, max: 3 }),
      flags: integer({ min: 0, max: 3 }),
      stream: integer({ min: 0, max: 0x7fffffff }),
      body: uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    });
    assert(
      property(array(frame, { maxLength: 5 }), array(integer({ min: 0, max: 60 })), (frames, cuts) => {
        const read = frameReader();
        let bytes = Buffer.concat(frames.map(encodeFrame));
        const found = cuts.flatMap((cut) => {
          const chunk = bytes.subarray(0, cut);
          bytes = bytes.subarray(cut);
          return read(chunk);
        });
        expect([...found, ...read(bytes)]).toEqual(frames);
      }),
    );
  });
});
