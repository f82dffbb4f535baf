import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { likelyApps } from "../../../src/cli/nearby/likely-apps.ts";
import { listeningPorts, parseLsof, parseNetstat, parseProcTcp } from "../../../src/cli/nearby/listening-ports.ts";

describe("what listens on this machine", () => {
  it.runIf(process.platform === "linux")("is told with the process that does, on either loopback", async () => {
    const ports: number[] = [];
    for (const host of ["127.0.0.1", "::1"]) {
      const server = createServer().listen(0, host);
      onTestFinished(() => void server.close());
      await once(server, "listening");
      ports.push((server.address() as AddressInfo).port);
    }
    const found = (await listeningPorts()).filter(({ port }) => ports.includes(port));
    expect(found.map(({ pid, name }) => ({ pid, name }))).toEqual(
      ports.map(() => ({ pid: process.pid, name: "node" })),
    );
  });

  it("is empty where the system has no such program", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = "/nonexistent";
    onTestFinished(() => void (process.env["PATH"] = path));
    expect(await listeningPorts("darwin")).toEqual([]);
  });

  it("is read from Linux's table: sockets that listen, where this machine can reach them", () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0000000000000000 100 0 0 10 0
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0000000000000000 100 0 0 10 0
   2: 0A00000A:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1 0000000000000000 100 0 0 10 0
   3: 0100007F:0BB8 0100007F:C000 01 00000000:00000000 00:00000000 00000000  1000        0 444 1 0000000000000000 20 4 30 10 -1
   4: 00000000000000000000000001000000:1435 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 555 1 0 100 0 0 10 0
   5: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 666 1 0 100 0 0 10 0
`;
    expect(parseProcTcp(table)).toEqual([
      { port: 3000, inode: "111" },
      { port: 8080, inode: "222" },
      { port: 5173, inode: "555" },
      { port: 22, inode: "666" },
    ]);
  });

  it("is read from lsof and netstat", () => {
    const lsof =
      "p71\ncnode\nf20\nn*:3001\nf21\nn127.0.0.1:9229\np80\ncpython3.12\nf3\nn[::1]:8000\nf4\nn192.168.0.2:5000\n";
    expect(parseLsof(lsof)).toEqual([
      { port: 3001, pid: 71, name: "node" },
      { port: 9229, pid: 71, name: "node" },
      { port: 8000, pid: 80, name: "python3.12" },
    ]);
    const netstat =
      "\r\nActive Connections\r\n\r\n  Proto  Local Address          Foreign Address        State           PID\r\n" +
      "  TCP    0.0.0.0:3001           0.0.0.0:0              ABHÖREN         812\r\n" +
      "  TCP    127.0.0.1:3001         127.0.0.1:50123        ESTABLISHED     812\r\n";
    expect(parseNetstat(netstat)).toEqual([{ port: 3001, pid: 812, name: null }]);
  });
});

describe("the likely apps among them", () => {
  const ports = [
    { port: 22, pid: 1, name: "sshd" },
    { port: 5432, pid: 2, name: "postgres" },
    { port: 5000, pid: 3, name: "ControlCenter" },
    { port: 14123, pid: 4, name: "node" },
    { port: 41234, pid: 4, name: "node" },
    { port: 8000, pid: 5, name: "python3.12" },
    { port: 5173, pid: null, name: null },
    { port: 3000, pid: 6, name: "node" },
    { port: 9229, pid: 6, name: "node" },
    { port: 3001, pid: process.pid, name: "node" },
  ];

  it("are at most three: the usual ports first, none of this process, of databases, of the system or at any port", () => {
    expect(likelyApps(ports, new Set()).map(({ port }) => port)).toEqual([3000, 5173, 8000]);
    expect(likelyApps(ports, new Set([3000, 5173])).map(({ port }) => port)).toEqual([8000, 14123]);
  });
});
