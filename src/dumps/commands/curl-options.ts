/**
 * The options of curl that take a value, as far as a reader must know them to tell values from URLs.
 *
 * @see https://curl.se/docs/manpage.html
 */
const LONG_WITH_VALUE = new Set(
  `abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to
  continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary data-raw data-urlencode
  delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare
  etag-save expect100-timeout form form-string ftp-account ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode
  happy-eyeballs-timeout-ms haproxy-clientip header help hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway
  json keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port login-options mail-auth mail-from
  mail-rcpt max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max pass
  pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type
  proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name
  proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file
  range rate referer request request-target resolve retry retry-delay retry-max-time sasl-authzid service-name socks4
  socks4a socks5 socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize
  time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket
  upload-file url url-query user user-agent variable vlan-priority write-out`.split(/\s+/),
);

/** Short options with their long names; those without a name here take a value that a reader can pass over. */
const SHORT_WITH_VALUE = new Map<string, string>([
  ..."ECcDPhmoQrtUwxYyz".split("").map((letter): [string, string] => [letter, ""]),
  ["A", "user-agent"],
  ["b", "cookie"],
  ["d", "data"],
  ["e", "referer"],
  ["F", "form"],
  ["H", "header"],
  ["K", "config"],
  ["T", "upload-file"],
  ["u", "user"],
  ["X", "request"],
]);
const SHORT_FLAGS = new Map([
  ["G", "get"],
  ["I", "head"],
  [":", "next"],
]);

/** One option as given, but for short ones that tell nothing of the request; an argument that is none is a `url`. */
export interface CurlOption {
  name: string;
  value: string;
}

/** The options among the words after `curl`, in order. */
export function curlOptions(words: readonly string[]): CurlOption[] {
  const options: CurlOption[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (!word.startsWith("-") || word === "-") options.push({ name: "url", value: word });
    else if (!word.startsWith("--")) at += shortOptions(word, words[at + 1] ?? "", options);
    else if (word !== "--") {
      const name = word.slice(2);
      const takesValue = LONG_WITH_VALUE.has(name);
      if (takesValue) at += 1;
      options.push({ name, value: takesValue ? (words[at] ?? "") : "" });
    }
  }
  return options;
}

/** `-sSXPOST`: flags up to the first that takes a value, which is the rest of the word or the next. */
function shortOptions(word: string, next: string, options: CurlOption[]): 0 | 1 {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at);
    const name = SHORT_WITH_VALUE.get(letter);
    if (name !== undefined) {
      const isLast = at === word.length - 1;
      if (name !== "") options.push({ name, value: isLast ? next : word.slice(at + 1) });
      return isLast ? 1 : 0;
    }
    const flag = SHORT_FLAGS.get(letter);
    if (flag !== undefined) options.push({ name: flag, value: "" });
  }
  return 0;
}
