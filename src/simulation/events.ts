/** The next request comes, or the next question of a conversation: before all else of its instant. */
export const arrivalEvent = -1;
/** Time has passed for the placement. */
export const beatEvent = -2;

/** What happens to a request or an instance; the kind stands in the two lowest bits of the event. */
export const deliveryKind = 0;
export const stepKind = 1;
export const moveKind = 2;
export const tickKind = 3;

export function eventOf(subject: number, kind: number): number {
  return (subject << 2) | kind;
}

export function kindOf(event: number): number {
  return event & 3;
}

export function subjectOf(event: number): number {
  return event >> 2;
}
