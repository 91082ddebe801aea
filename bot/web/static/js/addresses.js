// Which addresses may become links. Words may carry only official ones; a card's action also a map or a telephone.

// The hosts of knowledge/hosts.yaml; each covers its sub-domains.
const HOSTS = [
  "gov.cn", "cnipa.gov.cn", "12315.cn", "ipwq.cn", "worldip.cn", "wipo.int", "ccopyright.com.cn", "hizhuanli.cn", "cx.cnca.cn",
  "uri.amap.com", "apis.map.qq.com", "api.map.baidu.com",
];

/** The address when it leads to an official site, else null. */
export function official(address) {
  const url = parse(address);
  return url && /^https?:$/.test(url.protocol) && HOSTS.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`)) ? url.href : null;
}

/** The address when it is harmless to open, else null. */
export function harmless(address) {
  const url = parse(address);
  if (!url) return null;
  if (url.protocol === "tel:" || url.protocol === "https:" || url.origin === location.origin) return url.href;
  return official(address);
}

// Opened by whoever knows the address; no secret goes with it.
const SHEETS = "/api/v1/sheets/";

/** True for a file of one's own, which wants the visitor's secret in a header. */
export function isOwnRecord(address) {
  const url = parse(address);
  return url !== null && url.origin === location.origin && url.pathname.startsWith("/api/") && !url.pathname.startsWith(SHEETS);
}

function parse(address) {
  try {
    return new URL(address, location.origin);
  } catch {
    return null;
  }
}
