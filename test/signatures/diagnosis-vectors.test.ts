import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { HeaderList } from "../../src/model/http.ts";
import { Secret } from "../../src/model/secret.ts";
import { judge } from "../../src/signatures/judge.ts";

interface Vector {
  id: string;
  expected: { diagnosis: string; verdict: string; explain: string; accept?: string[] };
  secretGiven: string;
  otherSecrets: { name: string; value: string }[];
  header: { name: string; value: string };
  contentType: string;
  contentLength: number | null;
  otherHeaders: Record<string, string>;
  rawBodyBase64: string;
  dumpBodyBase64: string;
}

const { cases } = JSON.parse(readFileSync(new URL("../data/diagnosis-vectors.json", import.meta.url), "utf8")) as {
  cases: Vector[];
};

/** What cannot be proved: the bytes or the signature are lost. The observations name what is seen. */
const notProvable = [
  "d21-json-number-precision",
  "d43-ascii-question-marks",
  "d56-empty-body-hashed",
  "d86-header-placeholder",
];

function judged(vector: Vector) {
  const secrets = [
    new Secret(vector.secretGiven, "given"),
    ...vector.otherSecrets.map(({ name, value }) => new Secret(value, name)),
  ];
  const headers: HeaderList = [
    ["Content-Type", vector.contentType],
    [vector.header.name, vector.header.value],
    ...Object.entries(vector.otherHeaders),
  ];
  const dump = {
    method: "POST",
    target: "/webhooks",
    headers,
    body: Buffer.from(vector.dumpBodyBase64, "base64"),
    fidelity: "exact" as const,
    declaredBytes: vector.contentLength,
    otherReadings: [],
    notes: [],
  };
  return judge(dump, secrets, { explain: true, now: () => 0 });
}

describe("diagnosis vectors", () => {
  it.each(cases.filter(({ id }) => !notProvable.includes(id)).map((vector) => [vector.id, vector] as const))(
    "%s is proved",
    (_id, vector) => {
      const { verdict, diagnosis } = judged(vector);
      const { diagnosis: code, accept = [] } = vector.expected;
      expect([code, ...accept]).toContain(diagnosis?.code ?? verdict);
      if (diagnosis === null) return;
      expect(diagnosis.proven).toBe(true);
      expect(diagnosis.steps.length).toBeGreaterThan(0);
      expect(diagnosis.firstDifference === null).toBe(vector.rawBodyBase64 === vector.dumpBodyBase64);
    },
  );

  it.each(cases.filter(({ id }) => notProvable.includes(id)).map((vector) => [vector.id, vector] as const))(
    "%s is observed and never called a cause",
    (_id, vector) => {
      const { verdict, diagnosis, observations } = judged(vector);
      expect(diagnosis).toBeNull();
      expect(verdict).not.toBe("valid");
      expect(observations.join("\n")).toContain(vector.expected.diagnosis);
    },
  );

  it("holds every case once, and each that is not provable by name", () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(41);
    expect(cases.map(({ id }) => id)).toEqual(expect.arrayContaining(notProvable));
  });

  it("shows neither secret nor expected signature in what it says", () => {
    for (const vector of cases) {
      const said = JSON.stringify(judged(vector));
      expect(said, vector.id).not.toContain("5f8c2a7e9b1d4c60");
      expect(said, vector.id).not.toContain("live_9a8b");
      expect(said, vector.id).not.toMatch(/[0-9a-f]{40}/);
    }
  });
});
