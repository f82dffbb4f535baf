/** The editions of Telepath's webhook guide. An endpoint can meet either. */
export const revisions = ["2024-03", "2026-03"] as const;
export type Revision = (typeof revisions)[number];

/** What is sent when nobody asks for another. */
export const defaultRevision = "2024-03" satisfies Revision;
