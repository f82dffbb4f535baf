import { revisions } from "../../contract/revisions.ts";
import { listFixtures, type FixtureSource } from "../../fixtures/library.ts";
import { mustAccept } from "../answer.ts";
import { acceptsValid, type CheckCase } from "../case.ts";

/**
 * Every type of event in every revision, and the project's own ones.
 *
 * @throws TelepathError as `listFixtures`
 */
export function eventCases(fixtures: Omit<FixtureSource, "revision">): CheckCase[] {
  const seen = new Set<string>();
  return revisions.flatMap((revision) =>
    listFixtures({ ...fixtures, revision }).flatMap(({ type, origin }) => {
      const name = origin === "project" ? type : `${type}@${revision}`;
      if (seen.has(name)) return [];
      seen.add(name);
      return [eventCase(name, type, revision)];
    }),
  );
}

function eventCase(name: string, type: string, revision: (typeof revisions)[number]): CheckCase {
  return {
    group: "events",
    name,
    sends: `a signed ${type}`,
    expected: "2xx",
    advice: "answer 200 to every signed event, first; whatever else is to be done with it comes after the answer",
    requires: [acceptsValid],
    run: async (endpoint) => mustAccept(await endpoint.send({ body: endpoint.event(type, { revision }).payload })),
  };
}
