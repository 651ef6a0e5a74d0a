// One turn of a conversation, as every chat format of the world writes it.

/** Who speaks, and what is said. A conversation is a list of these; a `system` message, if any, stands first. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}
