"""Does the suite notice when a reading of the semantics is wrong? Ways to break it, tried out."""
