// Why there is no answer.

// kind: "offline", "unready" (the reader on this device), or an HTTP status as a number; retryAfter: seconds, when the
// server named them.
export class Refusal extends Error {
  constructor(kind, detail = "", retryAfter = null) {
    super(detail);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}
