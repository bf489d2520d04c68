"""Access invariants as code: sentences with the answer that must hold, checked in one go."""
