import { spawnSync } from "node:child_process";

/** What stands on a connection, read by the letter of RFC 9112: whole requests, and what is wrong with the rest. */
export interface Judged {
  targets: string[];
  /** Null when every byte belongs to a valid request. */
  problem: string | null;
}

const requestLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) (\/[\x21-\x7e]*) HTTP\/1\.1$/;
const fieldLine =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?[ \t]*$/;

/**
 * A parser that forgives nothing, so that no other can read the bytes in another way: origin form only, one Host,
 * at most one Content-Length, no Transfer-Encoding, no folded lines, no bare line ends.
 */
export function judge(bytes: Buffer): Judged {
  const targets: string[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) return { targets, problem: "a head that does not end" };
    const [first = "", ...lines] = rest.toString("latin1", 0, end).split("\r\n");
    const request = requestLine.exec(first);
    if (!request) return { targets, problem: `the request line ${JSON.stringify(first)}` };
    const fields = lines.map((line) => fieldLine.exec(line));
    const broken = fields.indexOf(null);
    if (broken !== -1) return { targets, problem: `the header ${JSON.stringify(lines[broken])}` };
    const values = (name: string) =>
      fields.filter((field) => field![1]!.toLowerCase() === name).map((field) => field![2]);
    const lengths = values("content-length");
    if (values("host").length !== 1) return { targets, problem: "not one Host" };
    if (values("transfer-encoding").length > 0) return { targets, problem: "a Transfer-Encoding" };
    if (lengths.length > 1 || !/^\d{1,15}$/.test(lengths[0] ?? "0"))
      return { targets, problem: `lengths ${lengths.join()}` };
    const start = end + 4;
    const length = Number(lengths[0] ?? 0);
    if (rest.length < start + length) return { targets, problem: "a body that is cut short" };
    targets.push(request[2]!);
    rest = rest.subarray(start + length);
  }
  return { targets, problem: null };
}

/** h11 reads the same; null where Python has no h11. Each stream gives its targets, or what h11 says of it. */
export function judgeByH11(streams: readonly Buffer[]): (string[] | string)[] | null {
  const python = ["python3", "/usr/bin/python3"].find((one) => spawnSync(one, ["-c", "import h11"]).status === 0);
  if (python === undefined) return null;
  const input = JSON.stringify(streams.map((stream) => stream.toString("base64")));
  const { stdout, stderr } = spawnSync(python, ["-c", script], { input, encoding: "utf8", maxBuffer: 1e8 });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as (string[] | string)[];
}

const script = `
import base64, h11, json, sys

def read(stream):
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(stream)
    targets = []
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.trailing_data[0] or connection.their_state is not h11.IDLE:
                return "incomplete"
            return targets
        if event is h11.PAUSED:
            connection.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is not h11.DONE:
                return targets if not connection.trailing_data[0] else "bytes after close"
            connection.start_next_cycle()
        elif isinstance(event, h11.Request):
            targets.append(event.target.decode("latin1"))
        elif isinstance(event, h11.EndOfMessage):
            connection.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is not h11.DONE:
                return targets
            connection.start_next_cycle()

verdicts = []
for stream in json.load(sys.stdin):
    try:
        verdicts.append(read(base64.b64decode(stream)))
    except h11.RemoteProtocolError as error:
        verdicts.append(str(error))
print(json.dumps(verdicts))
`;
