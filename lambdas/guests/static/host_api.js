// Calls the routes of hosts. The cookie of the host link goes along by itself; no address ever holds the link's secret.

const TIMEOUT_MS = 25000;
// The link does not work any more, or the event was deleted.
const ENDED = new Set([401, 410]);
const RETRYABLE = new Set([429, 500, 502, 503, 504]);

export class NetworkError extends Error {
  constructor() {
    super("There is no connection to the site right now.");
    this.retryable = true;
  }
}

// An answer that refuses a request. `details` are the fields beside the error, such as `problems`.
export class ApiError extends Error {
  constructor(status, body, retryAfter) {
    super(body?.error?.message ?? "The site could not do this right now. Please try again.");
    this.status = status;
    this.code = body?.error?.code ?? "unknown";
    this.details = body ?? {};
    this.retryable = RETRYABLE.has(status);
    this.retryAfter = retryAfter;
  }
}

export class HostApi {
  constructor(url) {
    this.url = url;
    this.onSignedOut = () => {};
  }

  // The body of an answer, null if there is none.
  async request(method, path, body, headers = {}) {
    return (await this.answer(method, path, body, headers)).body;
  }

  async answer(method, path, body, headers = {}) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } };
    let response;
    try {
      response = await fetch(this.url + path, { method, headers, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS), ...sent });
    } catch {
      throw new NetworkError();
    }
    const parsed = await bodyOf(response);
    if (response.status !== 304 && !response.ok) {
      const error = new ApiError(response.status, parsed, Number(response.headers.get("retry-after")) || 0);
      if (ENDED.has(error.status) && path !== "/session") this.onSignedOut(error);
      throw error;
    }
    return { status: response.status, etag: response.headers.get("etag") ?? "", body: parsed };
  }
}

async function bodyOf(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

// Exchanges the key behind the # of a host link for a cookie, and takes it from the address.
export async function openSession(api) {
  const key = location.hash.slice(1);
  if (!key) return;
  const forget = () => history.replaceState(history.state, "", location.pathname + location.search);
  try {
    await api.request("POST", "/session", { key });
  } catch (error) {
    // Without a connection the key is needed again.
    if (!error.retryable) forget();
    throw error;
  }
  forget();
}
