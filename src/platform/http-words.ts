import { type Message, message } from "../deployment/message.ts";

/** What a status other than 2xx means, and what to do about it. */
export function statusWords(status: number): Message {
  switch (status) {
    case 401:
      return message("Needs a key (HTTP 401): give one, or another than the one given");
    case 403:
      return message("Reading this page is not allowed (HTTP 403): it takes another key, or asks for a client that it knows");
    case 404:
      return message("There is no such page (HTTP 404): check the path");
    case 407:
      return message("The proxy wants a user and a password (HTTP 407): write them into its address, or spare this host from it");
    case 429:
      return message("Was asked too often (HTTP 429): make the time between two looks longer");
    case 502:
    case 503:
    case 504:
      return message("What stands before the server does not reach it (HTTP {0}): it may be starting or be down", status);
    default:
      return status >= 500
        ? message("The server failed (HTTP {0}): its own log says why", status)
        : message("Answers with HTTP {0}, which is no page: check address and path", status);
  }
}

/** What a redirect that is not followed leaves behind: a key is meant for the host, port and scheme that it was entered for. */
export function redirectWords(to: string, other: "host" | "port" | "scheme"): Message {
  switch (other) {
    case "host":
      return message("Redirects to {0}, which is another host: attach to that address instead", to);
    case "port":
      return message("Redirects to {0}, which is another port: attach to that address instead", to);
    case "scheme":
      return message("Redirects to {0}, which is another scheme: attach to that address instead", to);
    default:
      return other satisfies never;
  }
}

/** Why a server cannot prove who it is; codes of OpenSSL's verification (node:tls, X509 certificate error codes). undefined for others. */
export function certificateWords(code: string): Message | undefined {
  switch (code) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return message(
        "The certificate is signed by the server itself: name that certificate as an authority (inferenceLens.http.caFile, --ca-file)",
      );
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return message(
        "The certificate comes from an authority that is not known here: name the authority's file (inferenceLens.http.caFile, --ca-file)",
      );
    case "CERT_HAS_EXPIRED":
      return message("The certificate has expired: the server needs a new one, or this machine's clock is ahead");
    case "CERT_NOT_YET_VALID":
      return message("The certificate is not valid yet: this machine's clock may be behind");
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return message("The certificate is made out to another name: attach by a name that stands in it");
    case "CERT_REVOKED":
    case "CERT_UNTRUSTED":
    case "CERT_REJECTED":
    case "CERT_SIGNATURE_FAILURE":
    case "INVALID_CA":
    case "INVALID_PURPOSE":
      return message("The certificate is not valid ({0}): the server needs another one", code);
    default:
      return undefined;
  }
}

/** Why there is no connection; codes of Node's sockets, of its TLS and of its HTTP parser. */
export function unreachableWords(code: string, said: string): Message {
  switch (code) {
    case "ECONNREFUSED":
      return message("Nothing listens there (connection refused): start the server, or check the port");
    case "ENOTFOUND":
      return message("The host name is not known: check its spelling, and whether this machine is in the network that knows it");
    case "EAI_AGAIN":
      return message("The host name cannot be looked up now: the name server of this machine does not answer");
    case "ECONNRESET":
    case "EPIPE":
    case "ERR_STREAM_PREMATURE_CLOSE":
      return message("The connection broke before the answer was whole: the server was stopped, or something in between cuts it");
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return message("The host cannot be reached from this machine: check network and VPN");
    case "ETIMEDOUT":
      return message("The host does not answer: check the address, and whether a firewall stands in between");
    case "ERR_INVALID_CHAR":
      return message("The key or the tenant holds a character that cannot be sent: enter it again, without line breaks");
    case "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED":
    case "ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN":
      return message("The server wants a certificate of the client, which cannot be given: attach behind the gateway that has one");
    default:
      break;
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_"))
    return message("No encrypted connection: where the server does not speak https, attach to it with http://");
  if (code.startsWith("HPE_")) return message("What answers there speaks no HTTP: try https://, or check the port");
  return message("No connection ({0})", code === "" ? said.slice(0, 120) || "?" : code);
}
