// Asks for as many greetings as the load says.

import { InvalidOption, Outcome, Request, exportTestCase } from "cluster-tester-sdk";

export class Greetings {
    static description = {
        name: "GreetingsTestCase",
        version: "1.0.0",
        description: "Asks for as many greetings as the load says.",
        optionsSchema: {
            type: "object",
            additionalProperties: false,
            properties: { language: { type: "string", default: "en", description: "Language of the greetings." } },
        },
        failureReasons: ["unexpected status", "no greeting"],
    };

    constructor({ language }) {
        if (language.length !== 2) throw new InvalidOption("language", "expected two letters, such as `en`");
        this.language = language;
    }

    build({ load }) {
        return Request.get(`/greetings?n=${load}`).header("accept-language", this.language);
    }

    read(context, response) {
        if (response.status !== 200) return Outcome.unexpectedStatus(0, response, 200);
        return Outcome.successIf(response.json().length > 0, 1);
    }
}

export const testCase = exportTestCase(Greetings);
