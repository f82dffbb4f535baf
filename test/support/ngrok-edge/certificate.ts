import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

export interface Certificate {
  key: string;
  /** The certificate, which is also its own root. */
  cert: string;
}

/**
 * A self-signed P-256 certificate for `name`, valid from 2020 to 2049 (RFC 5280 §4.1).
 *
 * basicConstraints says it is no CA: rustls refuses a CA that is used as a server's own certificate. Made at run time,
 * so that no key lies in the repository.
 */
export function selfSigned(name: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)); // ecdsa-with-SHA256
  const subject = der(0x30, der(0x31, der(0x30, oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))));
  const validity = der(0x30, der(0x17, Buffer.from("200101000000Z")), der(0x17, Buffer.from("491231235959Z")));
  const altName = isIP(name) === 4 ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name));
  const constraints = der(0x30, oid(0x55, 0x1d, 0x13), der(0x01, Buffer.of(0xff)), der(0x04, der(0x30)));
  const altNames = der(0x30, oid(0x55, 0x1d, 0x11), der(0x04, der(0x30, altName)));
  const serial = Buffer.concat([Buffer.of(1), randomBytes(8)]);
  const spki = publicKey.export({ type: "spki", format: "der" });
  const extensions = der(0xa3, der(0x30, constraints, altNames));
  const version = der(0xa0, der(0x02, Buffer.of(2)));
  const body = der(0x30, version, der(0x02, serial), algorithm, subject, validity, subject, spki, extensions);
  const signature = der(0x03, Buffer.of(0), sign("sha256", body, privateKey));
  const cert = der(0x30, body, algorithm, signature);
  const lines = cert.toString("base64").replaceAll(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), body]);
}

function oid(...bytes: number[]): Buffer {
  return der(0x06, Buffer.from(bytes));
}
