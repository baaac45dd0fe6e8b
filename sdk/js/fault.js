// Why a call failed: what is thrown on purpose, and what becomes of any other exception.

/** An error that the user is shown as a sentence. In `read` it makes the request unreadable. */
export class Fault extends Error {}

/** The option `name` of the constructor is wrong; `reason` says what is wrong and what was expected. */
export class InvalidOption extends Fault {
    constructor(name, reason) {
        super(reason);
        this.option = name;
    }
}

/**
 * What an export throws for an exception: the contract's `fault`. One that is no `Fault` is a fault too, else it would
 * cost the instance; `warn` is given its stack.
 */
export function toFault(error, warn) {
    if (error instanceof InvalidOption) {
        return { tag: "invalid-option", val: { name: error.option, reason: error.message } };
    }
    if (error instanceof Fault) return { tag: "failed", val: error.message };
    warn(`${error}\n${error?.stack ?? ""}`);
    return { tag: "failed", val: String(error) };
}

/** The contract's `identity` of a class's `description`. */
export function identity({ name, version = "0.0.0", description, optionsSchema }) {
    const schema = optionsSchema === undefined ? "" : JSON.stringify(optionsSchema);
    return { name, version, description, optionsSchema: schema };
}
