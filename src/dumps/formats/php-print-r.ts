import type { DumpFormat } from "../format.ts";
import { attempt } from "../literals/language.ts";
import { phpAdvice, phpFormOf, printRStart } from "../literals/php.ts";
import { PrintRParser, printedLengths } from "../literals/print-r.ts";
import { printedRequests } from "../literals/printouts.ts";
import { advised } from "../values/advice.ts";

/** PHP's `print_r` of headers and a body, in one array or one after the other. */
export const phpPrintR: DumpFormat = {
  name: "php-print-r",
  description: "print_r of PHP: getallheaders() or $_SERVER, and php://input",

  recognizes(dump) {
    return phpFormOf(dump) === "print";
  },

  parse({ bytes }) {
    const text = bytes.toString("latin1");
    const lengths = printedLengths(text);
    return printedRequests({
      text,
      encoding: "latin1",
      opener: new RegExp(printRStart, "g"),
      valueStart: new RegExp(printRStart, "y"),
      read: (at) => attempt(new PrintRParser(text, at, lengths)),
    }).map((request) =>
      advised(request, {
        ...phpAdvice,
        text: "print_r does not mark where a string ends, and no Content-Length tells: use var_dump instead.",
      }),
    );
  },
};
