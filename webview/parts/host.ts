interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host<From> {
  post(message: From): void;
  /** What this page kept before it was hidden or reloaded; whatever is found there is checked by its reader. */
  kept(): unknown;
  keep(state: unknown): void;
}

/** The one transport between page and extension. `receive` gets every message; messages come from our own host and are trusted in shape. */
export function connect<To, From>(receive: (message: To) => void): Host<From> {
  const api = acquireVsCodeApi();
  // The host's name for what this page shows: kept beside the page's own state, so that a reload of the window brings back the same.
  const panel = document.getElementById("app")?.dataset.panel;
  const keep = (state: unknown): void => api.setState({ ...record(state), panel });
  keep(api.getState());
  window.addEventListener("message", (event: MessageEvent<To>) => receive(event.data));
  return {
    post: (message) => api.postMessage(message),
    kept: () => api.getState(),
    keep,
  };
}

/** A member of kept state as a record of plain values, or an empty one. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
