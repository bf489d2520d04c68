"""The rules of the semantics: where each is implemented, and which cases show it."""
