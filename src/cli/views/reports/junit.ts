import { findingOf } from "./findings.ts";
import type { Report } from "./report.ts";
import { xml } from "./xml-text.ts";

interface Suite {
  cases: string[];
  failures: number;
  errors: number;
  skipped: number;
}

/**
 * JUnit XML as CI servers read it: one suite for each file, one case for each request. What cannot be told is skipped,
 * what cannot be read is an error. What the contract says of a payload fails nothing: it is the case's output.
 *
 * The elements and attributes are those of https://github.com/testmoapp/junitxml, which every consumer knows.
 */
export function junitReport(): Report {
  const suites = new Map<string, Suite>();
  const suiteOf = (file: string): Suite => {
    const suite = suites.get(file) ?? { cases: [], failures: 0, errors: 0, skipped: 0 };
    suites.set(file, suite);
    return suite;
  };

  return {
    verification(verification) {
      const suite = suiteOf(verification.file);
      const { title, callId, why, code, fix, seen, contract } = findingOf(verification);
      const number = verification.of > 1 ? `#${verification.index + 1} ` : "";
      const name = `${number}${title}${callId === "" ? "" : ` ${callId}`}`;
      const { verdict } = verification.judgement;
      if (verdict === "invalid") suite.failures += 1;
      if (verdict === "unverifiable") suite.skipped += 1;
      const details = [why, fix, ...seen].filter((text) => text !== "");
      const outcomes = {
        valid: "",
        invalid: `<failure message="${xml(why)}" type="${xml(code)}">${details.map(xml).join("\n")}</failure>`,
        unverifiable: `<skipped message="${xml(details.join(" "))}"/>`,
      };
      const output = contract.length === 0 ? "" : `<system-out>${contract.map(xml).join("\n")}</system-out>`;
      suite.cases.push(testcase(verification.file, name, [outcomes[verdict], output]));
    },
    unreadable(file, { code, message, hint }) {
      const suite = suiteOf(file);
      suite.errors += 1;
      const outcome = `<error message="${xml(message)}" type="${xml(code)}">${xml(hint ?? "")}</error>`;
      suite.cases.push(testcase(file, "a request in it", [outcome]));
    },
    text(summary) {
      const tests = summary.requests + summary.unreadable;
      // No `skipped` here: the schema of Jenkins' xUnit plugin has it on suites only.
      const counts = `tests="${tests}" failures="${summary.invalid}" errors="${summary.unreadable}"`;
      return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        `<testsuites name="telepath-hooks verify" ${counts} time="0">`,
        ...[...suites].map(([file, suite]) => suiteText(file, suite)),
        "</testsuites>\n",
      ].join("\n");
    },
  };
}

function suiteText(file: string, { cases, failures, errors, skipped }: Suite): string {
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
  return [`  <testsuite name="${xml(file)}" ${counts} time="0">`, ...cases, "  </testsuite>"].join("\n");
}

function testcase(file: string, name: string, children: readonly string[]): string {
  const start = `    <testcase name="${xml(name)}" classname="${xml(file)}" time="0"`;
  const inside = children.filter((child) => child !== "");
  return inside.length === 0 ? `${start}/>` : `${start}>\n      ${inside.join("\n      ")}\n    </testcase>`;
}
