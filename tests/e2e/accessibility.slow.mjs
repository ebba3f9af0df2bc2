// Every state in every theme and width.

process.env.ALL_STATES = "1";
await import("./accessibility.spec.mjs");
