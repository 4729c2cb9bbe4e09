// A request on a bad network may get no answer for minutes. It ends as one without a connection does, and is asked again.
const TIMEOUT_MS = 25000;

// Old browsers wait for as long as they like.
export const withTimeout = () => ({ signal: AbortSignal.timeout?.(TIMEOUT_MS) });

// Ends a request of the older kind as one without a connection ends.
export function endRequest(request) {
  request.abort();
  request.dispatchEvent(new ProgressEvent("error"));
}

// Ends a request that sends nothing at all: a network may swallow it, and Uppy counts the time from the first progress on.
export function endIfSilent(request, milliseconds) {
  const timer = setTimeout(() => endRequest(request), milliseconds);
  const stop = () => clearTimeout(timer);
  request.upload.addEventListener("progress", stop, { once: true });
  request.addEventListener("loadend", stop, { once: true });
}
