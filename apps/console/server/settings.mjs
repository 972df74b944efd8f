// The settings of the console's server, from the environment. Every wrong one is named at once.

/** Gives `{ settings, problems }`; what cannot be read is a problem and never a default. */
export function settingsOf(env) {
  const problems = [];
  const said = (name) => (env[name] === undefined || env[name] === "" ? undefined : env[name]);
  const number = (name, fallback, least, most) => {
    const text = said(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    problems.push(`${name} must be a whole number from ${least} to ${most}`);
    return fallback;
  };
  const origin = (name, fallback) => {
    const text = said(name) ?? fallback;
    if (text === undefined) return undefined;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && /^https?:$/.test(url.protocol) && url.pathname === "/" && url.search === "")
      return url.origin;
    problems.push(`${name} must be an origin, such as http://127.0.0.1:8010`);
    return undefined;
  };
  const yes = (name) => {
    const text = said(name);
    if (text === undefined || text === "0" || text === "1") return text === "1";
    problems.push(`${name} must be 0 or 1`);
    return false;
  };
  const settings = {
    host: said("RATIBA_CONSOLE_HOST") ?? "127.0.0.1",
    port: number("RATIBA_CONSOLE_PORT", 3010, 0, 65_535),
    api: origin("RATIBA_API", "http://127.0.0.1:8010"),
    underTls: yes("RATIBA_CONSOLE_TLS"),
    bodyMax: number("RATIBA_CONSOLE_BODY_MAX", 16 * 1024 * 1024, 1, 1024 ** 3),
    simulator: origin("RATIBA_SIMULATOR"),
  };
  if (settings.simulator !== undefined && !/^(127\.0\.0\.1|::1|localhost)$/.test(settings.host))
    problems.push("RATIBA_SIMULATOR is for loopback alone: RATIBA_CONSOLE_HOST is another address");
  return { settings, problems };
}
