/** What a column can hold. Anything else must not be bound: libsql ends the process on a boolean. */
export type Value = string | number | null | Uint8Array;
/** Blobs come back as a Buffer, whichever package read them. */
export type Row = Record<string, unknown>;

/**
 * As much of SQLite as the history needs. There is no `iterate` on purpose: libsql reads 100 rows ahead (of up to
 * 10 MB each here), and a loop left half-way would hold an old snapshot open.
 */
export interface Database {
  exec(sql: string): void;
  /** The same text gives the same statement. */
  prepare(sql: string): Statement;
  close(): void;
  /** Closes, and leaves the log as it is: for a file that is no longer the one of its name, where the log may be. */
  abandon(): void;
}
export interface Statement {
  run(...values: Value[]): { changes: number };
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
}

/** `node:sqlite` is part of Node from 22.13; `libsql` is a package and serves those before. Files are the same. */
export type DriverName = "node:sqlite" | "libsql";

/** Opens a database file, and makes it when it is absent. Loads the driver on first use. */
export async function openDatabase(path: string, driver?: DriverName): Promise<Database> {
  const builtIn = driver === "libsql" ? undefined : builtInSqlite();
  if (builtIn) return wrapped(new builtIn.DatabaseSync(path), (values) => values.map((value) => notNullPointer(value)));
  if (driver === "node:sqlite") throw new Error(`Node ${process.version} has no node:sqlite`);
  const { default: Libsql } = await import("libsql");
  // One array, not arguments: libsql takes a lone object, a Buffer included, for named parameters.
  return wrapped(new Libsql(path) as unknown as RawDatabase, (values) => [values]);
}

/** An empty array may have no memory at all, and Node binds NULL for that instead of an empty blob. */
function notNullPointer(value: Value): Value {
  return value instanceof Uint8Array && value.byteLength === 0 ? new Uint8Array(1).subarray(0, 0) : value;
}

/** SQLite's primary result code (5 is SQLITE_BUSY, …), or undefined when the error is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  const { errcode, rawCode, message } = error as { errcode?: unknown; rawCode?: unknown; message?: unknown };
  // libsql reports a file that cannot be opened only in words: `ConnectionFailed("Unable to open …: 14")`.
  const inWords = /^ConnectionFailed\(.*: (\d+)"\)$/s.exec(String(message))?.[1];
  const code = errcode ?? rawCode ?? inWords;
  return code === undefined ? undefined : Number(code) & 0xff;
}

interface RawDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): Record<"run" | "get" | "all", (...values: unknown[]) => unknown>;
  close(): unknown;
}

function wrapped(raw: RawDatabase, bind: (values: Value[]) => unknown[]): Database {
  const prepared = new Map<string, Statement>();
  const abandon = (): void => {
    prepared.clear();
    raw.close();
  };
  return {
    abandon,
    exec: (sql) => void raw.exec(sql),
    close() {
      // libsql lets go of the file only when its statements are collected, and leaves the log as it is till then.
      try {
        raw.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } catch {
        // What is committed is as safe in the log.
      }
      abandon();
    },
    prepare(sql) {
      const known = prepared.get(sql);
      if (known) return known;
      const statement = raw.prepare(sql);
      const made: Statement = {
        run: (...values) => statement.run(...bind(values)) as { changes: number },
        get: (...values) => withBuffers(statement.get(...bind(values)) as Row | undefined),
        all: (...values) => (statement.all(...bind(values)) as Row[]).map((row) => withBuffers(row)),
      };
      prepared.set(sql, made);
      return made;
    },
  };
}

/** libsql gives a Buffer from `get` and an ArrayBuffer from `all`, Node a Uint8Array. */
function withBuffers<R extends Row | undefined>(row: R): R {
  for (const name in row) {
    const value: unknown = row[name];
    if (value instanceof ArrayBuffer) row[name] = Buffer.from(value);
    else if (value instanceof Uint8Array) {
      row[name] = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  }
  return row;
}

interface BuiltInSqlite {
  DatabaseSync: new (path: string) => RawDatabase;
}

/** Node 22 warns that its SQLite is experimental: that is ours to weigh, and no news for our users. */
function builtInSqlite(): BuiltInSqlite | undefined {
  const original = Object.getOwnPropertyDescriptor(process, "emitWarning")!;
  const emitWarning = original.value as (...warning: unknown[]) => void;
  const filtered = (...warning: unknown[]): void => {
    if (!String(warning[0]).includes("SQLite is an experimental feature")) emitWarning.apply(process, warning);
  };
  Object.defineProperty(process, "emitWarning", { ...original, value: filtered });
  try {
    return process.getBuiltinModule("node:sqlite") as BuiltInSqlite | undefined;
  } finally {
    Object.defineProperty(process, "emitWarning", original);
  }
}
