import type { DumpFormat } from "../format.ts";
import { readingAs } from "../literals/language.ts";
import { phpExport } from "../literals/php-export.ts";
import { phpAdvice, phpFormOf, varExportStart } from "../literals/php.ts";
import { printedRequests } from "../literals/printouts.ts";
import { advised } from "../values/advice.ts";

/** PHP's `var_export` of headers and a body, in one array or one after the other. */
export const phpVarExport: DumpFormat = {
  name: "php-var-export",
  description: "var_export of PHP: getallheaders() or $_SERVER, and php://input",

  recognizes(dump) {
    return phpFormOf(dump) === "export";
  },

  parse({ bytes }) {
    const text = bytes.toString("latin1");
    return printedRequests({
      text,
      encoding: "latin1",
      opener: new RegExp(varExportStart, "g"),
      valueStart: /'|array ?\(|\[/y,
      read: readingAs(phpExport, text),
    }).map((request) => advised(request, phpAdvice));
  },
};
