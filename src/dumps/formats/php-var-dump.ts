import type { DumpFormat } from "../format.ts";
import { attempt } from "../literals/language.ts";
import { phpAdvice, phpFormOf, varDumpStart } from "../literals/php.ts";
import { printedRequests } from "../literals/printouts.ts";
import { VarDumpParser } from "../literals/var-dump.ts";
import { advised } from "../values/advice.ts";

/** PHP's `var_dump` of headers and a body, in one array or one after the other. */
export const phpVarDump: DumpFormat = {
  name: "php-var-dump",
  description: "var_dump of PHP: getallheaders() or $_SERVER, and php://input",

  recognizes(dump) {
    return phpFormOf(dump) === "dump";
  },

  parse({ bytes }) {
    const text = bytes.toString("latin1");
    return printedRequests({
      text,
      encoding: "latin1",
      opener: new RegExp(varDumpStart, "g"),
      valueStart: /(?:string|array|object)\(/y,
      read: (at) => attempt(new VarDumpParser(text, at)),
    }).map((request) => advised(request, phpAdvice));
  },
};
