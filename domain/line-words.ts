import type { LineProgress } from './parcel';

/** How far a line is, for staff: `1 sent, 2 to send`. */
export function progressInWords({ quantity, shipped, returned, toShip, unsent = 0 }: LineProgress): string {
  const calledOff = quantity - shipped - toShip - unsent; // with a refund, before it was sent
  return [
    `${shipped} sent`,
    ...(returned > 0 ? [`${returned} came back`] : []),
    ...(calledOff > 0 ? [`${calledOff} back in stock`] : []),
    `${toShip} to send`,
  ].join(', ');
}
