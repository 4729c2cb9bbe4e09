// A request on a bad network may get no answer for minutes. It ends as one without a connection does, and is asked again.
const TIMEOUT_MS = 25000;

// Old browsers wait for as long as they like.
export const withTimeout = () => ({ signal: AbortSignal.timeout?.(TIMEOUT_MS) });
