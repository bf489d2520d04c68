"""The tests. Importing `verifier` first puts the encodings on the path of a plain checkout."""

import verifier as verifier
