import { describe, expect, it } from "vitest";
import { Gathered } from "../../src/model/gathered.ts";

function gather(chunks: readonly Buffer[]): Gathered {
  const gathered = new Gathered();
  for (const chunk of chunks) gathered.add(chunk);
  return gathered;
}

describe("what is gathered", () => {
  it("is nothing at first", () => {
    expect(new Gathered()).toHaveLength(0);
    expect(new Gathered().bytes()).toEqual(Buffer.alloc(0));
  });

  it.each([1, 5000])("is the only chunk itself, of %d bytes", (length) => {
    const only = Buffer.alloc(length, "x");
    const gathered = gather([Buffer.alloc(0), only, Buffer.alloc(0)]);
    expect(gathered.bytes()).toBe(only);
    expect(gathered).toHaveLength(length);
  });

  it("is all chunks in their order, whatever their sizes", () => {
    const sizes = [3, 1, 0, 1023, 1024, 2, 1025, 70_000, 1, ...Array<number>(40).fill(1000), 16_384, 1, 1];
    const chunks = sizes.map((size, index) => Buffer.alloc(size, index + 1));
    const gathered = gather(chunks);
    expect(gathered.bytes().equals(Buffer.concat(chunks))).toBe(true);
    expect(gathered).toHaveLength(Buffer.concat(chunks).length);
  });

  it("can be looked at before more comes, and what was given does not change then", () => {
    const gathered = gather([Buffer.from("a"), Buffer.from("b")]);
    const before = gathered.bytes();
    gathered.add(Buffer.from("c"));
    gathered.add(Buffer.from("d"));
    expect(before.toString()).toBe("ab");
    expect(gathered.bytes().toString()).toBe("abcd");
  });

  it("holds on to none of its small chunks but the first", () => {
    const gathered = new Gathered();
    gathered.add(Buffer.from("0"));
    const reused = Buffer.alloc(1);
    for (const digit of "123456789") {
      reused.write(digit);
      gathered.add(reused);
    }
    expect(gathered.bytes().toString()).toBe("0123456789");
  });
});
