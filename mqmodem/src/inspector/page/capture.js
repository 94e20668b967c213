// The bytes of a packet, out of a capture that the program makes of its event.

const PACKET_BLOCK = 6;
/** Before the packet of a block: its head, interface, time and two lengths. */
const BLOCK_HEAD = 28;
/** IPv4 and TCP, without options. */
const FRAME = 40;

/**
 * What the last TCP segment of a capture carries that carries anything. The capture is
 * pcapng, little endian, as the program writes it.
 * @param {ArrayBuffer} capture
 * @returns {Uint8Array | undefined}
 */
export function carried(capture) {
  const view = new DataView(capture);
  let found;
  for (let at = 0; at + 12 <= view.byteLength; ) {
    const [type, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    if (length < 12 || at + length > view.byteLength) return found;
    if (type === PACKET_BLOCK) {
      const size = view.getUint32(at + 20, true);
      if (size > FRAME) found = new Uint8Array(capture, at + BLOCK_HEAD + FRAME, size - FRAME);
    }
    at += length;
  }
  return found;
}
