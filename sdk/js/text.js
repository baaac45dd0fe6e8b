// Text and times. In the ways that are quickest here, because answers are read many thousand times a second.

import { Fault } from "./fault.js";

/** Each byte as the character of its number. QuickJS has no TextDecoder, and its base64 is the quickest way from bytes to text. */
const hasBase64 = typeof Uint8Array.prototype.toBase64 === "function" && typeof atob === "function";
const latin1 = hasBase64 ? (bytes) => atob(bytes.toBase64()) : byPieces;

function byPieces(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) {
        text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192));
    }
    return text;
}

/** Bytes of a body or a header as text, by UTF-8. */
export function decode(bytes) {
    const text = latin1(bytes);
    if (!/[\x80-\xff]/.test(text)) return text;
    try {
        return decodeURIComponent(escape(text));
    } catch {
        throw new Fault("not UTF-8");
    }
}

/** Text as bytes, by UTF-8; bytes as they are. */
export function encode(text) {
    if (text instanceof Uint8Array) return text;
    const bytes = unescape(encodeURIComponent(text));
    return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}

const TIME = /^(\d{4}-\d\d-(\d\d)T(?:[01]\d|2[0-3]):\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)$/;
/** As most servers write it, for whom the engine's own parser is exact and twice as quick. The last days of months aside. */
const USUAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * Milliseconds since the Unix epoch of an ISO 8601 time in UTC, such as `2026-11-23T08:21:09.388Z`, with up to nine
 * digits of a fraction. `Date.parse` would cut off what is below a millisecond.
 */
export function parseUtc(text) {
    if (USUAL.test(text)) return Date.parse(text);
    const found = TIME.exec(text);
    const ms = found === null ? NaN : Date.parse(`${found[1]}Z`);
    // Some engines make 30 February a day in March.
    if (Number.isNaN(ms) || (found[2] > "28" && new Date(ms).getUTCDate() !== Number(found[2]))) {
        throw new Fault(`not a time: expected ISO 8601 in UTC such as \`2026-11-23T08:21:09.388Z\`, not \`${text}\``);
    }
    return found[3] === undefined ? ms : ms + Number(found[3].padEnd(9, "0")) / 1e6;
}
